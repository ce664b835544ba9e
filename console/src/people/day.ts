// Who is where on a day, for whoever looks after a shift: who needs attention comes first.

import type { AttendanceRecord, Attending, Presence, Status } from "../api/types";
import { groupBy } from "./grouping";

/** Somebody's shift on a day. `presence` says where they are, or where the day left them. */
export interface DayRow {
  instanceId: string;
  employeeId: string;
  name: string;
  shiftId: string;
  shiftName: string;
  localDate: string;
  startsAt: string;
  endsAt: string;
  checkIn: string | null;
  checkOut: string | null;
  lateSeconds: number;
  earlySeconds: number;
  presence: Presence;
  /** Of a day that is over, or has a record at least. */
  statuses: readonly Status[];
}

export interface ShiftGroup {
  key: string;
  name: string;
  startsAt: string;
  endsAt: string;
  localDate: string;
  rows: readonly DayRow[];
}

export type Group = "in" | "late" | "missing" | "absent" | "expected" | "left" | "away";

const GROUP_OF: { [presence in Presence]: Group } = {
  in: "in",
  late: "late",
  missing_punch: "missing",
  absent: "absent",
  expected: "expected",
  left: "left",
  on_leave: "away",
  holiday: "away",
};
const URGENCY: readonly Presence[] = [
  "late",
  "missing_punch",
  "absent",
  "in",
  "expected",
  "left",
  "on_leave",
  "holiday",
];

/** Whoever came late is late too, wherever they are now. */
export function isInGroup(row: DayRow, group: Group): boolean {
  return GROUP_OF[row.presence] === group || (group === "late" && row.lateSeconds > 0);
}

export function rowOfAttending(attending: Attending, asOf: string): DayRow {
  const waitedMs = Date.parse(asOf) - Date.parse(attending.starts_at);
  const isAwaited = attending.presence === "late";
  return {
    instanceId: attending.instance_id,
    employeeId: attending.employee_id,
    name: attending.name,
    shiftId: attending.shift_id,
    shiftName: attending.shift_name,
    localDate: attending.local_date,
    startsAt: attending.starts_at,
    endsAt: attending.ends_at,
    checkIn: attending.check_in,
    checkOut: attending.check_out,
    lateSeconds: isAwaited ? Math.max(0, Math.floor(waitedMs / 1000)) : attending.late_seconds,
    earlySeconds: 0,
    presence: attending.presence,
    statuses: [],
  };
}

export function rowOfRecord(record: AttendanceRecord, names: ReadonlyMap<string, string>): DayRow {
  return {
    instanceId: record.instance_id,
    employeeId: record.employee_id,
    name: names.get(record.employee_id) ?? record.employee_id,
    shiftId: record.shift_id,
    shiftName: record.shift_name,
    localDate: record.local_date,
    startsAt: record.starts_at,
    endsAt: record.ends_at,
    checkIn: record.check_in,
    checkOut: record.check_out,
    lateSeconds: record.late_seconds,
    earlySeconds: record.early_seconds,
    presence: presenceOf(record),
    statuses: record.statuses,
  };
}

const ENDINGS: readonly [Status, Presence][] = [
  ["missing_punch", "missing_punch"],
  ["absent", "absent"],
];
const AWAY: readonly [Status, Presence][] = [
  ["on_leave", "on_leave"],
  ["holiday", "holiday"],
];

/** Where a day has left somebody. Who worked on a holiday worked. */
function presenceOf({ statuses, punch_ids: punches, check_out: left, closed }: AttendanceRecord): Presence {
  const endings = punches.length ? ENDINGS : [...ENDINGS, ...AWAY];
  const found = endings.find(([status]) => statuses.includes(status));
  if (found) return found[1];
  if (!punches.length) return "expected";
  return closed || left ? "left" : "in";
}

/** By shift, in order of its start; within it whoever needs attention first, then by name. */
export function groupByShift(rows: readonly DayRow[]): ShiftGroup[] {
  const groups = groupBy(rows, (row) => `${row.localDate} ${row.shiftId} ${row.startsAt}`);
  return [...groups]
    .map(([key, found]) => groupOf(key, found))
    .toSorted(
      (one, other) => one.startsAt.localeCompare(other.startsAt) || one.name.localeCompare(other.name),
    );
}

function groupOf(key: string, found: readonly [DayRow, ...DayRow[]]): ShiftGroup {
  const rows = found.toSorted(
    (one, other) =>
      URGENCY.indexOf(one.presence) - URGENCY.indexOf(other.presence) || one.name.localeCompare(other.name),
  );
  const { shiftName: name, startsAt, endsAt, localDate } = found[0];
  return { key, name, startsAt, endsAt, localDate, rows };
}
