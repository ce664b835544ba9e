import { describe, expect, test } from "vitest";
import { daysFrom, hoursFrom, instantAt, startOfDay, startOfMonth } from "../src/app/time";

const iso = (moment: number) => new Date(moment).toISOString();

test.each([
  ["2026-11-21T22:59:59Z", "Europe/Berlin", 0, "2026-11-20T23:00:00.000Z"],
  ["2026-11-21T23:00:00Z", "Europe/Berlin", 0, "2026-11-21T23:00:00.000Z"],
  // The clocks of Berlin went forward on 29 March 2026 and back on 25 October.
  ["2026-03-29T12:00:00Z", "Europe/Berlin", 0, "2026-03-28T23:00:00.000Z"],
  ["2026-03-29T12:00:00Z", "Europe/Berlin", -1, "2026-03-29T22:00:00.000Z"],
  ["2026-10-25T12:00:00Z", "Europe/Berlin", 0, "2026-10-24T22:00:00.000Z"],
  ["2026-10-25T12:00:00Z", "Europe/Berlin", -1, "2026-10-25T23:00:00.000Z"],
  ["2026-11-01T12:00:00Z", "America/New_York", 0, "2026-11-01T04:00:00.000Z"],
  ["2026-11-01T12:00:00Z", "America/New_York", -1, "2026-11-02T05:00:00.000Z"],
  ["2026-03-08T12:00:00Z", "America/New_York", 6, "2026-03-02T05:00:00.000Z"],
  ["2026-06-15T18:29:00Z", "Asia/Kolkata", 0, "2026-06-14T18:30:00.000Z"],
  ["2026-06-15T18:31:00Z", "Asia/Kolkata", 0, "2026-06-15T18:30:00.000Z"],
  ["2026-01-03T12:00:00Z", "UTC", 5, "2025-12-29T00:00:00.000Z"],
])("at %s in %s, the day %d days ago began at %s", (moment, zone, daysAgo, start) => {
  expect(iso(startOfDay(Date.parse(moment), zone, daysAgo))).toBe(start);
});

test.each([
  ["Europe/Berlin", "2026-03-29T12:00:00Z", 23],
  ["Europe/Berlin", "2026-10-25T12:00:00Z", 25],
  ["America/New_York", "2026-03-08T12:00:00Z", 23],
  ["Asia/Kolkata", "2026-03-29T12:00:00Z", 24],
])("in %s the day of %s has %d hours", (zone, moment, hours) => {
  const start = startOfDay(Date.parse(moment), zone);
  expect(hoursFrom(start, startOfDay(start, zone, -1))).toHaveLength(hours);
});

test("a week over a change of clocks has seven days, each beginning at midnight", () => {
  const zone = "Europe/Berlin";
  const from = startOfDay(Date.parse("2026-03-26T12:00:00Z"), zone);
  const days = daysFrom(from, startOfDay(from, zone, -7), zone);
  expect(days).toHaveLength(7);
  const hours = days.map((day) => new Date(day).toLocaleTimeString("en-GB", { timeZone: zone }));
  expect(new Set(hours)).toEqual(new Set(["00:00:00"]));
});

describe("a month", () => {
  test("begins in the site's own zone", () => {
    expect(iso(startOfMonth(Date.parse("2026-06-30T20:00:00Z"), "Asia/Kolkata"))).toBe(
      "2026-06-30T18:30:00.000Z",
    );
  });

  test("a year ago is that of the year before", () => {
    expect(iso(startOfMonth(Date.parse("2026-11-21T12:00:00Z"), "Europe/Berlin", 11))).toBe(
      "2025-11-30T23:00:00.000Z",
    );
  });
});

test.each([
  ["2026-03-02T08:00", "Asia/Kolkata", "2026-03-02T02:30:00.000Z"],
  ["2026-03-02T08:00:30", "Europe/Berlin", "2026-03-02T07:00:30.000Z"],
  ["2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:30:00.000Z"], // left out: 03:30
  ["2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00.000Z"], // twice: the first
  ["2026-10-25T03:00", "Europe/Berlin", "2026-10-25T02:00:00.000Z"],
  ["2026-11-01T01:30", "America/New_York", "2026-11-01T05:30:00.000Z"],
])("clocks show %s in %s at %s", (wallTime, zone, instant) => {
  expect(new Date(instantAt(wallTime, zone)).toISOString()).toBe(instant);
});

test("what is no time is at no instant", () => {
  expect(instantAt("", "UTC")).toBeNaN();
});
