import { expect, test } from "vitest";
import { describeState, isSnoozed } from "../src/alerts/alert_words";

const NOON = Date.parse("2026-11-21T12:00:00Z");

test("what was done about it is told", () => {
  const open = { state: "open", acknowledged_by: null, snoozed_until: null } as const;
  expect(describeState(open, "UTC", NOON)).toBe("nobody has reacted");
  const taken = {
    state: "acknowledged",
    acknowledged_by: "olga",
    snoozed_until: "2026-11-21T12:30:00Z",
  } as const;
  expect(describeState(taken, "Europe/Berlin", NOON)).toBe("acknowledged by olga, snoozed until 13:30");
});

test.each([
  [null, false],
  ["2026-11-21T12:00:00Z", false],
  ["2026-11-21T12:00:01Z", true],
])("snoozed until %s: %s", (snoozed_until, snoozed) => {
  expect(isSnoozed({ snoozed_until }, NOON)).toBe(snoozed);
});
