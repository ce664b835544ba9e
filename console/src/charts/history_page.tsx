// What was counted, by hour, day or month: as a chart, as a table, as a file.

import { useSignal } from "@preact/signals";
import type { HistoryOf } from "../api/floorsight";
import type { HistoryRow, Site, SiteCount } from "../api/types";
import { minute } from "../app/now";
import { formatDay, formatMinute, formatWeekday } from "../app/words";
import { DownloadButton } from "./download";
import { FlowChart } from "./flow_chart";
import { useHistory } from "./history";
import { flowsOf } from "./series";
import { daysFrom, hoursFrom, startOfDay, startOfMonth } from "../app/time";

/** How the page shows a level: how far back, where its bars stand, what they are called. */
interface Span {
  name: string;
  from: (now: number, zone: string) => number;
  starts: (from: number, to: number, zone: string) => number[];
  marks: (from: number, to: number, zone: string) => number[];
  nameRow: (moment: number, zone: string) => string;
  nameMark: (moment: number, zone: string, isNarrow: boolean) => string;
}

const SPANS = {
  hourly: {
    name: "Hours, the last 7 days",
    from: (moment, zone) => startOfDay(moment, zone, 6),
    starts: (from, to) => hoursFrom(from, to),
    marks: daysFrom,
    nameRow: (moment, zone) => `${formatWeekday(moment, zone)}, ${formatMinute(moment, zone)}`,
    nameMark: (moment, zone, isNarrow) => formatWeekday(moment, zone).slice(0, isNarrow ? 3 : undefined),
  },
  daily: {
    name: "Days, the last 5 weeks",
    from: (moment, zone) => startOfDay(moment, zone, 34),
    starts: daysFrom,
    marks: (from, to, zone) => daysFrom(from, to, zone).filter((_, day) => day % 7 === 0),
    nameRow: (moment, zone) => `${formatWeekday(moment, zone)} (${formatDay(moment, zone)})`,
    nameMark: formatDay,
  },
  monthly: {
    name: "Months, the last year",
    from: (moment, zone) => startOfMonth(moment, zone, 11),
    starts: monthsFrom,
    marks: (from, to, zone) => monthsFrom(from, to, zone).filter((_, month) => month % 2 === 0),
    nameRow: formatMonth,
    nameMark: formatMonth,
  },
} satisfies Record<string, Span>;

type SpanName = keyof typeof SPANS;

export function HistoryPage({ site, live }: { site: Site; live: SiteCount | null }) {
  const of = useSignal<HistoryOf>({ kind: "site", id: site.site_id });
  const level = useSignal<SpanName>("hourly");
  const choices = [
    { kind: "site" as const, id: site.site_id, name: `${site.name}, all of it` },
    ...(live?.cameras.map(({ camera_id: id, name }) => ({ kind: "camera" as const, id, name })) ?? []),
    ...(live?.zones.map(({ zone_id: id, name }) => ({ kind: "zone" as const, id, name: `Zone ${name}` })) ??
      []),
  ];
  return (
    <main class="card">
      <div class="card-head">
        <h1>History</h1>
      </div>
      <div class="field-row">
        <label class="field">
          Whose history
          <select
            value={of.value.id}
            onChange={(event) => {
              const chosen = choices.find(({ id }) => id === event.currentTarget.value);
              if (chosen) of.value = { kind: chosen.kind, id: chosen.id };
            }}
          >
            {choices.map((choice) => (
              <option key={choice.id} value={choice.id}>
                {choice.name}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          In steps of
          <select
            value={level.value}
            onChange={(event) => {
              level.value = event.currentTarget.value as SpanName;
            }}
          >
            {Object.entries(SPANS).map(([name, span]) => (
              <option key={name} value={name}>
                {span.name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Stretch
        key={`${of.value.id} ${level.value}`}
        of={of.value}
        level={level.value}
        timeZone={site.time_zone}
      />
    </main>
  );
}

interface StretchProps {
  of: HistoryOf;
  level: SpanName;
  timeZone: string;
}

function Stretch({ of, level, timeZone }: StretchProps) {
  const span: Span = SPANS[level];
  const from = span.from(minute.value, timeZone);
  const to = startOfDay(minute.value, timeZone, -1);
  const history = useHistory("history", of, level, from, to);
  const hovered = useSignal<number | null>(null);
  const { rows } = history.value;
  if (!rows?.length)
    return (
      <p class="chart-empty muted">
        {rows === null
          ? "Asking for history…"
          : "Nothing was counted in this time, or it has not been rolled up yet."}
      </p>
    );
  const starts = span.starts(from, to, timeZone);
  const start = starts[hovered.value ?? -1];
  const row = rows.find((each) => Date.parse(each.start) === start);
  return (
    <>
      <div class="card-head">
        <span class="readout muted number">
          {start === undefined
            ? "In upwards, out downwards"
            : `${span.nameRow(start, timeZone)} · ${row?.entries ?? 0} in, ${row?.exits ?? 0} out`}
        </span>
        <DownloadButton of={of} level={level} from={from} to={to} />
      </div>
      <FlowChart
        label={`Who came in and went out, ${span.name.toLowerCase()}. The table below has the numbers.`}
        columns={flowsOf(rows, starts)}
        from={from}
        to={to}
        marks={span.marks(from, to, timeZone)}
        nameMark={(mark, isNarrow) => span.nameMark(mark, timeZone, isNarrow)}
        hovered={hovered}
      />
      <RowTable rows={rows} nameRow={(moment) => span.nameRow(moment, timeZone)} timeZone={timeZone} />
    </>
  );
}

interface TableProps {
  rows: readonly HistoryRow[];
  nameRow: (moment: number) => string;
  timeZone: string;
}

/** Newest first. */
function RowTable({ rows, nameRow, timeZone }: TableProps) {
  return (
    <section class="table-scroll" tabIndex={0} aria-label="The same in numbers, newest first">
      <table class="history">
        <thead>
          <tr>
            {["Began", "In", "Out", "Average", "Least", "Most", "Most at"].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.toReversed().map((row) => (
            <tr key={row.start}>
              <th scope="row">{nameRow(Date.parse(row.start))}</th>
              <td class="in number">{row.entries}</td>
              <td class="out number">{row.exits}</td>
              <td class="number">{row.average.toFixed(1)}</td>
              <td class="number">{row.minimum}</td>
              <td class="number">{row.maximum}</td>
              <td class="number">{formatMinute(row.peak_at, timeZone)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function monthsFrom(from: number, to: number, zone: string): number[] {
  const months = [];
  for (let month = from; month < to; month = startOfMonth(month, zone, -1)) months.push(month);
  return months;
}

function formatMonth(moment: number, timeZone: string): string {
  return new Date(moment).toLocaleDateString("en-GB", { timeZone, month: "short", year: "2-digit" });
}
