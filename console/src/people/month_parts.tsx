// What stands around the days of a month: sums, adjustments, punches that no shift takes.

import type { Adjustment, PlacedPunch, Status, Summary } from "../api/types";
import { formatTime } from "../app/words";
import { formatDate } from "../app/dates";
import { DIRECTION_WORDS, describeSource, formatDifference, formatHours, STATUS_WORDS } from "./people_words";

const COUNTED: readonly Status[] = ["late", "early_exit", "missing_punch", "absent", "on_leave", "holiday"];

/** What is paid: adjustments included. */
export function MonthSums({ summary }: { summary: Summary }) {
  const { seconds, days, records } = summary;
  const figures = [
    { name: "Worked", value: formatHours(seconds.worked) },
    { name: "Regular", value: formatHours(seconds.regular) },
    { name: "Overtime", value: formatHours(seconds.overtime) },
    { name: "Shifts", value: String(records) },
    ...COUNTED.filter((status) => days[status]).map((status) => ({
      name: STATUS_WORDS[status],
      value: String(days[status]),
    })),
  ];
  return (
    <dl class="figures" aria-label="The month in sum">
      {figures.map(({ name, value }) => (
        <div key={name}>
          <dt class="muted">{name}</dt>
          <dd class="number">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Adjustments({ adjustments }: { adjustments: readonly Adjustment[] }) {
  if (!adjustments.length) return null;
  return (
    <section class="adjustments" aria-label="Adjustments">
      <h2>Adjustments of earlier days, paid with this month</h2>
      <ul>
        {adjustments.map((each) => (
          <li key={each.adjustment_id}>
            <span>
              {formatDate(each.local_date)}, {each.shift_name}
            </span>
            <span class="number">{formatDifference(each.difference.worked)} worked</span>
            <span class="number">{formatDifference(each.difference.overtime)} overtime</span>
            <span class="muted">
              {describeStatuses(each.statuses_before)} → {describeStatuses(each.statuses)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Unplaced({ punches, timeZone }: { punches: readonly PlacedPunch[]; timeZone: string }) {
  if (!punches.length) return null;
  return (
    <section class="note" aria-label="Punches outside of shifts">
      <b>Punches that count for no shift:</b> they are in no shift’s window. Give the employee the right
      shift, or leave them.
      <ul>
        {punches.map((punch) => (
          <li key={punch.punch_id} class="number">
            {DIRECTION_WORDS[punch.direction]} {formatTime(punch.at, timeZone)}{" "}
            <span class="muted">({describeSource(punch)})</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function describeStatuses(statuses: readonly Status[]): string {
  return statuses.map((status) => STATUS_WORDS[status]).join(", ") || "no status";
}
