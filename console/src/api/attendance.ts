// What the page asks the API about shifts, punches and what payroll gets.

import { get, getAll, send, withQuery } from "./asking";
import { LONG_MS } from "./request";
import { session } from "./session";
import type {
  Assignment,
  Entered,
  Explanation,
  Holiday,
  Leave,
  Listing,
  NewShift,
  PlacedPunch,
  PunchDirection,
  AttendanceRecord,
  Shift,
  ShiftChange,
  Summary,
  Today,
} from "./types";

export const getToday = (siteId: string, signal: AbortSignal) =>
  get<Today>("v1/attendance/today", { site_id: siteId }, signal);

/** Of a site's shifts that start on a local date. */
export const listDayRecords = (siteId: string, on: string, signal: AbortSignal) =>
  getAll<AttendanceRecord>("v1/attendance", { site_id: siteId, first_date: on, last_date: on }, signal);

/** Of an employee, both dates included. */
export const listRecords = (employeeId: string, first: string, last: string, signal: AbortSignal) =>
  getAll<AttendanceRecord>(
    "v1/attendance",
    { employee_id: employeeId, first_date: first, last_date: last },
    signal,
  );

export const explainRecord = (instanceId: string, signal: AbortSignal) =>
  get<Explanation>(`v1/attendance/${encodeURIComponent(instanceId)}/explain`, {}, signal);

/** Punches that count and are in no shift's window. */
export const listUnplaced = (employeeId: string, first: string, last: string, signal: AbortSignal) =>
  getAll<PlacedPunch>(
    "v1/attendance/punches",
    { employee_id: employeeId, first_date: first, last_date: last, unplaced: "true" },
    signal,
  );

/** Who comes or goes; null: now. The same key is the same punch. `at` is local time of the site. */
export async function punch(
  way: "in" | "out",
  employeeId: string,
  at: string | null,
  key: string,
): Promise<Entered> {
  const body = { employee_id: employeeId, at, idempotency_key: key };
  return send<Entered>("POST", `v1/attendance/check-${way}`, body);
}

/** Times are local ones of the site; what is left out of a replacement stays as it is. */
export type Correction =
  | { action: "add"; employee_id: string; direction: PunchDirection; at: string; reason: string }
  | {
      action: "replace";
      employee_id: string;
      punch_id: string;
      direction?: PunchDirection;
      at?: string;
      reason: string;
    }
  | { action: "withdraw"; employee_id: string; punch_id: string; reason: string };

export const correct = (correction: Correction) =>
  send<Entered>("POST", "v1/attendance/corrections", correction);

/** A month of all of a site's employees, by id. */
export const listSummaries = (siteId: string, month: string, signal: AbortSignal) =>
  getAll<Summary>("v1/attendance/summary", { site_id: siteId, month }, signal);

/** A month of one employee; undefined if there is none such. */
export async function getSummary(
  siteId: string,
  employeeId: string,
  month: string,
  signal: AbortSignal,
): Promise<Summary | undefined> {
  const query = { site_id: siteId, month, employee_id: employeeId };
  return (await get<Listing<Summary>>("v1/attendance/summary", query, signal)).items[0];
}

export type PayFile = "csv" | "xlsx";

/** Records and adjustments of these dates, of the whole site or of one employee. */
export async function fetchPayFile(
  siteId: string,
  employeeId: string | null,
  first: string,
  last: string,
  type: PayFile,
): Promise<Blob> {
  const query = { site_id: siteId, employee_id: employeeId, first_date: first, last_date: last };
  const path = withQuery(`v1/attendance/export.${type}`, query);
  return (await session.call(path, { patienceMs: LONG_MS })).blob();
}

export const listShifts = (siteId: string, signal: AbortSignal) =>
  getAll<Shift>("v1/shifts", { site_id: siteId }, signal);

export const createShift = (shift: NewShift) => send<Shift>("POST", "v1/shifts", shift);

export const changeShift = (shiftId: string, change: ShiftChange) =>
  send<Shift>("PUT", `v1/shifts/${encodeURIComponent(shiftId)}`, change);

export const retireShift = (shiftId: string, from: string) =>
  send<Shift>("DELETE", withQuery(`v1/shifts/${encodeURIComponent(shiftId)}`, { from }));

export const listHolidays = (siteId: string, first: string, last: string, signal: AbortSignal) =>
  getAll<Holiday>(holidays(siteId), { first_date: first, last_date: last }, signal);

export const putHoliday = (siteId: string, holiday: Holiday) =>
  send<Listing<Holiday>>("PUT", holidays(siteId), { holidays: [holiday] });

export const deleteHoliday = (siteId: string, on: string) => send("DELETE", `${holidays(siteId)}/${on}`);

export const listAssignments = (employeeId: string, signal: AbortSignal) =>
  getAll<Assignment>(`${employee(employeeId)}/assignments`, {}, signal);

/** The same shifts every day, from a date on until further notice. */
export const assignShifts = (employeeId: string, shiftIds: readonly string[], firstDate: string) =>
  send<Assignment>("POST", `${employee(employeeId)}/assignments`, {
    first_date: firstDate,
    cycle: [shiftIds],
  });

export const endAssignment = (assignment: Assignment, lastDate: string) =>
  send<Assignment>("PUT", `${employee(assignment.employee_id)}/assignments/${assignment.assignment_id}`, {
    first_date: assignment.first_date,
    last_date: lastDate,
    cycle: assignment.cycle,
    revision: assignment.revision,
  });

export const deleteAssignment = ({ employee_id: of, assignment_id: id }: Assignment) =>
  send("DELETE", `${employee(of)}/assignments/${id}`);

/** Those that last to this date or longer. */
export const listLeaves = (employeeId: string, first: string, signal: AbortSignal) =>
  getAll<Leave>(`${employee(employeeId)}/leaves`, { first_date: first }, signal);

export const enterLeave = (employeeId: string, firstDate: string, lastDate: string, kind: string) =>
  send<Leave>("POST", `${employee(employeeId)}/leaves`, { first_date: firstDate, last_date: lastDate, kind });

export const deleteLeave = ({ employee_id: of, leave_id: id }: Leave) =>
  send("DELETE", `${employee(of)}/leaves/${id}`);

function holidays(siteId: string): string {
  return `v1/sites/${encodeURIComponent(siteId)}/holidays`;
}

function employee(employeeId: string): string {
  return `v1/employees/${encodeURIComponent(employeeId)}`;
}
