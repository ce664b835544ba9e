import { expect, test } from "vitest";
import type { AttendanceRecord, Attending } from "../src/api/types";
import { groupByShift, isInGroup, rowOfAttending, rowOfRecord } from "../src/people/day";
import { daysOfMonth, sumOf } from "../src/people/month";

const ATTENDING: Attending = {
  employee_id: "ann",
  name: "Ann",
  presence: "in",
  instance_id: "ann.2026-03-02.early",
  local_date: "2026-03-02",
  shift_id: "early",
  shift_name: "Early",
  starts_at: "2026-03-02T06:00:00Z",
  ends_at: "2026-03-02T14:00:00Z",
  check_in: "2026-03-02T06:12:00Z",
  check_out: null,
  late_seconds: 720,
};

function record(change: Partial<AttendanceRecord>): AttendanceRecord {
  return {
    instance_id: "ann.2026-03-02.early",
    employee_id: "ann",
    local_date: "2026-03-02",
    shift_id: "early",
    shift_name: "Early",
    starts_at: "2026-03-02T06:00:00Z",
    ends_at: "2026-03-02T14:00:00Z",
    opens_at: "2026-03-02T04:00:00Z",
    closes_at: "2026-03-02T18:00:00Z",
    statuses: ["present"],
    check_in: "2026-03-02T06:00:00Z",
    check_out: "2026-03-02T14:00:00Z",
    stretches: [],
    worked_seconds: 28_800,
    regular_seconds: 28_800,
    overtime_seconds: 0,
    unpaid_break_seconds: 0,
    late_seconds: 0,
    early_seconds: 0,
    grace_late_seconds: 0,
    grace_early_seconds: 0,
    punch_ids: ["p1", "p2"],
    closed: true,
    locked: false,
    ...change,
  };
}

const NAMES = new Map([["ann", "Ann"]]);
const GONE = { punch_ids: [], check_in: null, check_out: null };

test("who came late is late, and in", () => {
  const row = rowOfAttending(ATTENDING, "2026-03-02T09:00:00Z");
  expect([isInGroup(row, "in"), isInGroup(row, "late"), isInGroup(row, "absent")]).toEqual([
    true,
    true,
    false,
  ]);
});

test("who has not come is late by the time since the start", () => {
  const waited = { ...ATTENDING, presence: "late", check_in: null, late_seconds: 0 } as const;
  expect(rowOfAttending(waited, "2026-03-02T06:20:30.5Z").lateSeconds).toBe(1230);
});

test.each([
  [{}, "left"],
  [{ check_out: null, closed: false }, "in"],
  [{ statuses: ["missing_punch"], check_out: null }, "missing_punch"],
  [{ statuses: ["absent"], ...GONE }, "absent"],
  [{ statuses: ["on_leave"], ...GONE }, "on_leave"],
  [{ statuses: ["holiday"], ...GONE }, "holiday"],
  [{ statuses: [], closed: false, ...GONE }, "expected"],
  [{ statuses: ["present", "holiday"] }, "left"],
] as [Partial<AttendanceRecord>, string][])("a record with %o left them %s", (change, presence) => {
  expect(rowOfRecord(record(change), NAMES).presence).toBe(presence);
});

test("who has no name yet is called by their id", () => {
  expect(rowOfRecord(record({ employee_id: "zoe" }), NAMES).name).toBe("zoe");
});

test("shifts come in order of their start, and who needs attention first", () => {
  const row = rowOfAttending(ATTENDING, "2026-03-02T09:00:00Z");
  const groups = groupByShift([
    { ...row, shiftId: "late", shiftName: "Late", startsAt: "2026-03-02T14:00:00Z" },
    row,
    { ...row, name: "Ben", presence: "late" },
    { ...row, name: "Aaron" },
  ]);
  expect(groups.map(({ name, rows }) => [name, ...rows.map((each) => each.name)])).toEqual([
    ["Early", "Ben", "Aaron", "Ann"],
    ["Late", "Ann"],
  ]);
});

test("a month has every day, with what is known of it", () => {
  const evening = record({ shift_id: "late", starts_at: "2026-03-02T16:00:00Z" });
  const leave = { leave_id: "l", employee_id: "ann", kind: "annual", by: "olga" };
  const days = daysOfMonth(
    "2026-03",
    "2026-03-03",
    [evening, record({})],
    [{ on: "2026-03-06", name: "Founders' Day" }],
    [{ ...leave, first_date: "2026-02-20", last_date: "2026-03-01" }],
  );
  expect(days).toHaveLength(31);
  expect(days[0]).toEqual({
    date: "2026-03-01",
    isWeekend: true,
    isToday: false,
    note: "leave: annual",
    records: [],
  });
  expect(days[1]?.records.map((each) => each.shift_id)).toEqual(["early", "late"]);
  expect([days[2]?.isToday, days[5]?.note]).toEqual([true, "Founders' Day"]);
});

test("sums are exact", () => {
  const sums = sumOf([record({ late_seconds: 61 }), record({ late_seconds: 59, overtime_seconds: 600 })]);
  expect(sums).toEqual({ worked: 57_600, regular: 57_600, overtime: 600, late: 120, early: 0 });
});
