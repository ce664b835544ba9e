// Who came in and went out in each hour of the last seven days.

import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { HistoryRow, Site } from "../api/types";
import { minute } from "../app/now";
import { formatMinute, formatWeekday } from "../app/words";
import { DownloadButton } from "../charts/download";
import { FlowChart } from "../charts/flow_chart";
import { useHistory } from "../charts/history";
import { flowsOf, sumByDay } from "../charts/series";
import { daysFrom, hoursFrom, startOfDay } from "../app/time";

const DAYS = 7;
const NONE: readonly HistoryRow[] = [];
export function WeekCard({ site }: { site: Site }) {
  const { time_zone: timeZone, site_id: id } = site;
  const from = startOfDay(minute.value, timeZone, DAYS - 1);
  const to = startOfDay(minute.value, timeZone, -1);
  const history = useHistory("week", { kind: "site", id }, "hourly", from, to);
  const hovered = useSignal<number | null>(null);
  const rows = history.value.rows ?? NONE;
  const days = daysFrom(from, to, timeZone);
  const hours = useMemo(() => hoursFrom(from, to), [from, to]);
  const columns = useMemo(() => flowsOf(rows, hours), [rows, hours]);
  const [total] = sumByDay(rows, [from]);
  const summary = `${total?.in ?? 0} in, ${total?.out ?? 0} out`;
  return (
    <section class="card week" aria-labelledby="week-title">
      <div class="card-head">
        <h2 id="week-title">Last seven days, by hour</h2>
        <span class="readout muted number">
          {readAt(rows, hours[hovered.value ?? -1], timeZone) ?? summary}
        </span>
        {rows.length > 0 && <DownloadButton of={{ kind: "site", id }} level="hourly" from={from} to={to} />}
      </div>
      {rows.length === 0 ? (
        <p class="chart-empty muted">
          {history.value.rows === null
            ? "Asking for the last days…"
            : "No hour of these days has been rolled up yet."}
        </p>
      ) : (
        <>
          <FlowChart
            label={`Who came in and went out by hour in the last seven days: ${summary}.`}
            columns={columns}
            from={from}
            to={to}
            marks={days}
            nameMark={(day, isNarrow) => formatWeekday(day, timeZone).slice(0, isNarrow ? 3 : undefined)}
            hovered={hovered}
          />
          <DayTable rows={rows} days={days} timeZone={timeZone} />
        </>
      )}
    </section>
  );
}

function readAt(rows: readonly HistoryRow[], hour: number | undefined, timeZone: string): string | null {
  if (hour === undefined) return null;
  const row = rows.find((each) => Date.parse(each.start) === hour);
  const when = `${formatWeekday(hour, timeZone)}, ${formatMinute(hour, timeZone)}`;
  return `${when} · ${row?.entries ?? 0} in, ${row?.exits ?? 0} out`;
}

interface TableProps {
  rows: readonly HistoryRow[];
  days: readonly number[];
  timeZone: string;
}

/** The same in numbers, for those who don't see the chart. */
function DayTable({ rows, days, timeZone }: TableProps) {
  const sums = sumByDay(rows, days);
  return (
    <details class="day-table">
      <summary>By day, in numbers</summary>
      <table class="lines">
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">In</th>
            <th scope="col">Out</th>
          </tr>
        </thead>
        <tbody>
          {days.map((day, index) => (
            <tr key={day}>
              <th scope="row">{formatWeekday(day, timeZone)}</th>
              <td class="in number">{sums[index]?.in}</td>
              <td class="out number">{sums[index]?.out}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
