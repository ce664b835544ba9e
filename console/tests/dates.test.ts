import { expect, test } from "vitest";
import {
  addDays,
  addMonths,
  dateAt,
  datesOf,
  formatDayOfMonth,
  formatLongDate,
  formatMonth,
  formatWeekdayName,
  isDate,
  isMonth,
  wallTimeAt,
  weekdayOf,
} from "../src/app/dates";

test.each([
  ["2026-03-02", true],
  ["2028-02-29", true],
  ["2026-02-29", false],
  ["2026-3-2", false],
  ["yesterday", false],
  ["", false],
])("%s is a date: %s", (text, expected) => {
  expect(isDate(text)).toBe(expected);
});

test("a month is a month", () => {
  expect([isMonth("2026-03"), isMonth("2026-13"), isMonth("2026")]).toEqual([true, false, false]);
});

test("a day is the one that the site's clocks show", () => {
  const moment = "2026-03-01T23:30:00Z";
  expect(dateAt(moment, "Europe/Berlin")).toBe("2026-03-02");
  expect(dateAt(moment, "America/New_York")).toBe("2026-03-01");
});

test("a time at the site is as an input takes it", () => {
  expect(wallTimeAt("2026-01-05T23:05:09Z", "Europe/Berlin")).toBe("2026-01-06T00:05:09");
  // The hour that clocks show twice reads the same both times.
  expect(wallTimeAt("2026-10-25T00:30:00Z", "Europe/Berlin")).toBe("2026-10-25T02:30:00");
  expect(wallTimeAt("2026-10-25T01:30:00Z", "Europe/Berlin")).toBe("2026-10-25T02:30:00");
});

test("days and months go on over years and changes of clocks", () => {
  expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
  expect(addDays("2026-03-30", -1)).toBe("2026-03-29");
  expect(addMonths("2026-12", 1)).toBe("2027-01");
  expect(addMonths("2026-01", -1)).toBe("2025-12");
});

test("a month has all of its days", () => {
  const days = datesOf("2028-02");
  expect([days.length, days[0], days.at(-1)]).toEqual([29, "2028-02-01", "2028-02-29"]);
  expect(datesOf("2026-03")).toHaveLength(31);
});

test("weekdays are numbered as the API does", () => {
  expect([weekdayOf("2026-03-02"), weekdayOf("2026-03-08")]).toEqual([1, 7]);
  expect([formatWeekdayName(1), formatWeekdayName(7)]).toEqual(["Mon", "Sun"]);
});

test("dates in words", () => {
  // With or without a comma: languages' data change.
  expect(formatLongDate("2026-03-02")).toMatch(/^Monday,? 2 March 2026$/);
  expect(formatDayOfMonth("2026-03-02")).toBe("Mon 2");
  expect(formatMonth("2026-03")).toBe("March 2026");
});
