import { expect, test } from "vitest";
import type { HistoryRow } from "../src/api/types";
import { flowsOf, levelsOf, limitsOf, peakOf, sumByDay, topOf } from "../src/charts/series";

const at = (clock: string) => Date.parse(`2026-11-21T${clock}Z`);

function row(start: string, end: string, numbers: Partial<HistoryRow>): HistoryRow {
  const zero = {
    entries: 0,
    exits: 0,
    occupancy: 0,
    minimum: 0,
    maximum: 0,
    average: 0,
    opening: 0,
    closing: 0,
  };
  const rest = { correction: 0, floor_hits: 0, complete: true };
  const times = { start: new Date(at(start)).toISOString(), end: new Date(at(end)).toISOString() };
  return { ...zero, ...rest, ...times, peak_at: times.start, ...numbers };
}

test("a day's level goes on from what it opened with to what is inside now", () => {
  const rows = [
    row("08:00:00", "08:01:00", { opening: 2, closing: 3 }),
    row("09:00:00", "09:01:00", { opening: 3, closing: -1 }),
  ];
  expect(levelsOf(rows, at("00:00:00"), at("10:00:00"), 4)).toEqual([
    [at("00:00:00"), at("08:01:00"), at("09:01:00"), at("10:00:00")].map((time) => time / 1000),
    [2, 3, 0, 4],
  ]);
});

test("a row that is not over yet goes as far as now", () => {
  const [times] = levelsOf([row("08:00:00", "09:00:00", { closing: 1 })], at("00:00:00"), at("08:20:00"), 1);
  expect(times).toEqual([at("00:00:00"), at("08:20:00"), at("08:20:00")].map((time) => time / 1000));
});

test("bars have a place for every hour and are missing where no row is", () => {
  const rows = [row("09:00:00", "10:00:00", { entries: 3, exits: 2 })];
  const starts = [at("08:00:00"), at("09:00:00")];
  expect(flowsOf(rows, starts)).toEqual([starts.map((time) => time / 1000), [null, 3], [null, -2]]);
});

test("hours add up to their days", () => {
  const rows = [
    row("08:00:00", "09:00:00", { entries: 3, exits: 1 }),
    row("11:00:00", "12:00:00", { entries: 2, exits: 2 }),
    row("12:00:00", "13:00:00", { entries: 5, exits: 0 }),
  ];
  expect(sumByDay(rows, [at("00:00:00"), at("12:00:00")])).toEqual([
    { in: 5, out: 3 },
    { in: 5, out: 0 },
  ]);
});

test("the peak is the first of the highest, and none if nobody ever was inside", () => {
  const rows = [
    row("08:00:00", "09:00:00", { maximum: 2, peak_at: "a" }),
    row("09:00:00", "10:00:00", { maximum: 2, peak_at: "b" }),
  ];
  expect(peakOf(rows)).toEqual({ count: 2, at: "a" });
  expect(peakOf([row("08:00:00", "09:00:00", {})])).toBeNull();
});

test("limits are shares of the most that are allowed", () => {
  const percents = { warning_percent: 80, exceeded_percent: 110 };
  expect(limitsOf({ max_occupancy: 50, ...percents })).toEqual({ warning: 40, exceeded: 55 });
  expect(limitsOf({ max_occupancy: null, ...percents })).toBeNull();
});

test.each([
  [0, 4],
  [10, 12],
])("a chart of at most %d goes up to %d", (highest, top) => {
  expect(topOf(highest)).toBe(top);
});
