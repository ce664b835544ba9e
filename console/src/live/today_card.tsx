// How many were inside today.

import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { HistoryRow, Site } from "../api/types";
import { minute } from "../app/now";
import { formatMinute, people } from "../app/words";
import { DayChart } from "../charts/day_chart";
import { DownloadButton } from "../charts/download";
import { useHistory } from "../charts/history";
import { type Columns, levelsOf, limitsOf, peakOf } from "../charts/series";
import { startOfDay } from "../app/time";

const NONE: readonly HistoryRow[] = [];

export function TodayCard({ site, inside }: { site: Site; inside: number }) {
  const { time_zone: timeZone, site_id: id } = site;
  const from = startOfDay(minute.value, timeZone);
  const to = startOfDay(minute.value, timeZone, -1);
  const history = useHistory("today", { kind: "site", id }, "logs", from, to);
  const hovered = useSignal<number | null>(null);
  const rows = history.value.rows ?? NONE;
  const peak = peakOf(rows);
  const columns = useMemo(
    () => levelsOf(rows, from, minute.value, inside),
    [rows, from, minute.value, inside],
  );
  const summary = peak
    ? `At most ${people(peak.count)}, first at ${formatMinute(peak.at, timeZone)}`
    : "Nobody was inside so far";
  return (
    <section class="card today" aria-labelledby="today-title">
      <div class="card-head">
        <h2 id="today-title">Today</h2>
        <span class="readout muted number">{readAt(columns, hovered.value, timeZone) ?? summary}</span>
        {rows.length > 0 && <DownloadButton of={{ kind: "site", id }} level="logs" from={from} to={to} />}
      </div>
      {rows.length === 0 ? (
        <p class="chart-empty muted">
          {history.value.rows === null
            ? "Asking for today's history…"
            : "Nothing has been rolled up today yet. It comes within five minutes of the first crossing."}
        </p>
      ) : (
        <DayChart
          label={`How many were inside today. ${summary}; ${people(inside)} now.`}
          columns={columns}
          from={from}
          to={to}
          limits={limitsOf(site)}
          timeZone={timeZone}
          hovered={hovered}
        />
      )}
    </section>
  );
}

function readAt([times, levels]: Columns, index: number | null, timeZone: string): string | null {
  const [time, level] = [times[index ?? -1], levels?.[index ?? -1]];
  if (time === undefined || level === undefined || level === null) return null;
  return `${formatMinute(time * 1000, timeZone)} · ${level} inside`;
}
