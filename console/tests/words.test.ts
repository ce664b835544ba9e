import { describe, expect, test } from "vitest";
import {
  describeChange,
  describeSum,
  explainInWords,
  formatAge,
  formatCount,
  formatTime,
} from "../src/app/words";

test.each([
  [0, "0.0 s"],
  [-0.4, "0.0 s"],
  [9.94, "9.9 s"],
  [9.96, "10 s"],
  [119.6, "120 s"],
  [120, "2 min"],
  [7200, "2 h"],
  [172800, "2 days"],
])("%f seconds are %s", (seconds, text) => {
  expect(formatAge(seconds)).toBe(text);
});

test("a negative count has a minus sign, not a hyphen", () => {
  expect(formatCount(-3)).toBe("\u22123");
});

test("a time of another day says which", () => {
  const moment = "2026-11-20T22:30:00Z";
  expect(formatTime(moment, "Europe/Berlin", "2026-11-20T23:30:00Z")).toBe("20 Nov, 23:30:00");
  expect(formatTime(moment, "UTC", "2026-11-20T23:30:00Z")).toBe("22:30:00");
});

describe("an explanation", () => {
  const never = { count: 0, at: "1970-01-01T00:00:00Z", by: "system", reason: "first" };

  test("says that nobody has counted heads", () => {
    const text = explainInWords({ baseline: never, entries: 2, exits: 1, raw: 1 }, "UTC");
    expect(text).toBe(
      "Nobody has given a head count yet, so counting began at 0. " +
        "Since then 2 people came in and 1 person went out. That leaves 1 person inside.",
    );
  });

  test("says who set the count, and why a negative one is shown as 0", () => {
    const baseline = { count: 5, at: "2020-03-01T08:00:00Z", by: "olga", reason: "head count" };
    const text = explainInWords({ baseline, entries: 0, exits: 7, raw: -2 }, "UTC");
    expect(text).toContain("olga set the count to 5 at 1 Mar, 08:00:00 (head count).");
    expect(text).toContain("2 more exits than people");
  });
});

test("a site's sum names every camera that counts for it, negative ones too", () => {
  const cameras = [
    { name: "North", raw: 3, counting: true },
    { name: "South", raw: -5, counting: true },
    { name: "Yard", raw: 9, counting: false },
  ];
  expect(describeSum({ raw: -2, cameras })).toContain("(North: 3; South: −5), which is −2, shown as 0.");
});

test.each([
  [
    { entries: 1, exits: 0, occupancy: 1 },
    { entries: 3, exits: 1, occupancy: 2 },
    "2 in, 1 out, 2 inside now.",
  ],
  [{ entries: 1, exits: 0, occupancy: 1 }, { entries: 1, exits: 0, occupancy: 1 }, ""],
  [{ entries: 9, exits: 9, occupancy: 0 }, { entries: 0, exits: 0, occupancy: 4 }, "4 inside now."],
])("from %o to %o is told as %s", (before, after, text) => {
  expect(describeChange(before, after)).toBe(text);
});
