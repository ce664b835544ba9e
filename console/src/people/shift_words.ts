// Shifts in words, and which of their versions holds.

import type { Assignment, Shift, ShiftVersion } from "../api/types";
import { formatWeekdayName } from "../app/dates";

/** The version that holds on a date; of a shift that begins later its first one. */
export function versionOn(shift: Shift, date: string): ShiftVersion | undefined {
  const begun = shift.versions.filter((version) => version.valid_from <= date);
  return begun.at(-1) ?? shift.versions[0];
}

/** Versions that hold from later dates on. */
export function comingVersions(shift: Shift, date: string): ShiftVersion[] {
  const shown = versionOn(shift, date);
  return shift.versions.filter((version) => version !== shown && version.valid_from > date);
}

/** Such as Mon–Fri, or Mon, Wed, Sun. */
export function describeDays(days: readonly number[]): string {
  if (days.length === 7) return "every day";
  const inOrder = days.toSorted((one, other) => one - other);
  const [first = 0, last = 0] = [inOrder[0], inOrder.at(-1)];
  const isRun = inOrder.length > 2 && last - first === inOrder.length - 1;
  if (isRun) return `${formatWeekdayName(first)}–${formatWeekdayName(last)}`;
  return inOrder.map(formatWeekdayName).join(", ");
}

export function describeShift({ start, end, days, breaks }: ShiftVersion): string {
  const pauses = breaks.map((each) => `${each.paid ? "paid" : "unpaid"} break ${each.start}–${each.end}`);
  const night = end <= start ? " (next day)" : "";
  return [`${start}–${end}${night}`, describeDays(days), ...pauses].join(", ");
}

/** Which shifts an assignment gives, by their names. */
export function describeAssignment({ cycle }: Assignment, names: ReadonlyMap<string, string>): string {
  const nameOf = (id: string): string => names.get(id) ?? id;
  const [only] = cycle;
  if (only && cycle.length === 1) return only.map(nameOf).join(" and ");
  const days = cycle.map((ids) => ids.map(nameOf).join(" and ") || "free");
  return `rotation of ${cycle.length} days: ${days.join(", ")}`;
}
