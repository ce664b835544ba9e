// A month of one employee as days: what was worked, and what each free day is.

import type { AttendanceRecord, Holiday, Leave } from "../api/types";
import { datesOf, weekdayOf } from "../app/dates";
import { groupBy } from "./grouping";

export interface MonthDay {
  date: string;
  isWeekend: boolean;
  isToday: boolean;
  /** Why nobody works, as far as one knows. */
  note: string;
  records: readonly AttendanceRecord[];
}

export interface Sums {
  worked: number;
  regular: number;
  overtime: number;
  late: number;
  early: number;
}

/** All days of a month, each with its records in order of their start. */
export function daysOfMonth(
  month: string,
  today: string,
  records: readonly AttendanceRecord[],
  holidays: readonly Holiday[],
  leaves: readonly Leave[],
): MonthDay[] {
  const byDate = groupBy(records, (record) => record.local_date);
  const namesOfHolidays = new Map(holidays.map(({ on, name }) => [on, name]));
  return datesOf(month).map((date) => {
    const leave = leaves.find((each) => each.first_date <= date && date <= each.last_date);
    const notes = [namesOfHolidays.get(date), leave && `leave: ${leave.kind}`].filter(Boolean);
    const found = byDate.get(date) ?? [];
    return {
      date,
      isWeekend: weekdayOf(date) > 5,
      isToday: date === today,
      note: notes.join(", "),
      records: found.toSorted((one, other) => one.starts_at.localeCompare(other.starts_at)),
    };
  });
}

export function sumOf(records: readonly AttendanceRecord[]): Sums {
  const add = (of: (record: AttendanceRecord) => number): number =>
    records.reduce((sum, record) => sum + of(record), 0);
  return {
    worked: add((record) => record.worked_seconds),
    regular: add((record) => record.regular_seconds),
    overtime: add((record) => record.overtime_seconds),
    late: add((record) => record.late_seconds),
    early: add((record) => record.early_seconds),
  };
}
