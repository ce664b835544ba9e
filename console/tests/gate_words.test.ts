import { expect, test } from "vitest";
import type { Override, Passage } from "../src/api/types";
import { learnTime, serverTime } from "../src/api/server_time";
import { alarmsQuery, noticeOf, openAlarms } from "../src/gate/alarms";
import { ANY, isAny, queryOf } from "../src/gate/log_filter";
import {
  describeAlarm,
  describeOverride,
  describePassage,
  describePresence,
  describeReading,
  describeStay,
  describeWay,
  formatSure,
  isOverridden,
  nameOfPicture,
} from "../src/gate/passage_words";

const ZONE = "Asia/Kolkata";
const NOW = Date.parse("2026-03-02T06:40:00Z");
const BLOCKED: Passage = {
  decision_id: "d-1",
  passage_id: "p-1",
  site_id: "plant-1",
  gate_id: "north",
  lane: "2",
  camera_id: "north-in",
  direction: "in",
  vehicle_type: "truck",
  first_seen_at: "2026-03-02T06:33:20Z",
  last_seen_at: "2026-03-02T06:33:22Z",
  decided_at: "2026-03-02T06:33:23Z",
  late: false,
  behind: false,
  revision: 1,
  text: "MHI2AB1234",
  confidence: 0.97,
  plate: "MH12AB1234",
  profile: "IN",
  candidates: ["MH12AB1234"],
  verdict: "deny",
  reasons: [{ code: "blocked", text: "MH12AB1234: blocked (theft)", vehicle_id: "v-1" }],
  explanation: "denied: MH12AB1234: blocked (theft)",
  alarms: ["blocked"],
  vehicle_id: "v-1",
  policy_version: 3,
  admitted: false,
  overrides: [],
  crop_url: null,
  snapshot_url: null,
};

test("what security is told of is told here in the same words, by the site's clocks", () => {
  expect(describeAlarm(BLOCKED, ZONE)).toMatch(
    /^Blocked vehicle: MH12AB1234 coming in, gate north, lane 2, 2 Mar, 12:03:20\.$/,
  );
  const near: Passage = { ...BLOCKED, alarms: ["near_blocked"], plate: null, direction: null };
  expect(describeAlarm(near, ZONE)).toContain(
    "This may be a blocked vehicle: MHI2AB1234 direction not known, gate north",
  );
});

const OVERRIDE: Override = {
  action: "open",
  reason: "police",
  by: "ann",
  at: "2026-03-02T06:34:00Z",
  alarm: "blocked",
};
const DECIDED = Date.parse(BLOCKED.decided_at);
const NOBODY = new Set<string>();

test("an alarm stands until somebody has noticed it, acted on it, or ten minutes have passed", () => {
  expect(openAlarms([BLOCKED], NOBODY, NOW)).toEqual([BLOCKED]);
  expect(openAlarms([{ ...BLOCKED, alarms: [] }], NOBODY, NOW)).toEqual([]);
  expect(openAlarms([{ ...BLOCKED, overrides: [OVERRIDE] }], NOBODY, NOW)).toEqual([]);
  expect(openAlarms([BLOCKED], new Set([noticeOf(BLOCKED)]), NOW)).toEqual([]);
  expect(openAlarms([BLOCKED], NOBODY, DECIDED + 599_999)).toHaveLength(1);
  expect(openAlarms([BLOCKED], NOBODY, DECIDED + 600_000)).toEqual([]);
});

test("an alarm of which one learns late stands as long as any other", () => {
  const late = { ...BLOCKED, first_seen_at: "2026-03-02T05:00:00Z", late: true };
  expect(openAlarms([late], NOBODY, NOW)).toEqual([late]);
  expect(Date.parse(alarmsQuery(NOW).from)).toBeLessThan(Date.parse(late.first_seen_at));
});

test.each([600_000, -600_000, 86_400_000])("an alarm is told by a PC whose clock is %d ms fast", (fastMs) => {
  const pc = NOW + fastMs;
  learnTime(new Date(NOW).toUTCString(), pc);
  expect(openAlarms([BLOCKED], NOBODY, serverTime(pc))).toEqual([BLOCKED]);
  expect(openAlarms([BLOCKED], NOBODY, serverTime(pc + 600_000))).toEqual([]);
  expect(alarmsQuery(serverTime(pc)).from).toBe("2026-03-02T04:40:00.000Z");
});

test("a graver alarm than what a guard has noticed, or acted on, is told again", () => {
  const near: Passage = { ...BLOCKED, alarms: ["near_blocked"] };
  const graver: Passage = { ...near, alarms: ["blocked", "near_blocked"], revision: 2 };
  expect(openAlarms([graver], new Set([noticeOf(near)]), NOW)).toEqual([graver]);
  const early = { ...OVERRIDE, alarm: "near_blocked" } as const;
  expect(openAlarms([{ ...near, overrides: [early] }], NOBODY, NOW)).toEqual([]);
  const acted = { ...graver, overrides: [early] };
  expect(openAlarms([acted], NOBODY, NOW)).toEqual([acted]);
  expect(openAlarms([{ ...acted, overrides: [early, OVERRIDE] }], NOBODY, NOW)).toEqual([]);
});

test("a guard's word holds where there is no alarm", () => {
  const quiet = { alarms: [], overrides: [{ ...OVERRIDE, alarm: null }] };
  expect([isOverridden(quiet), isOverridden({ ...quiet, overrides: [] })]).toEqual([true, false]);
});

test.each([
  ["MH12AB1234", "MH12AB1234", "read as it is, 97 % sure"],
  ["MHI2AB1234", "MH12AB1234", "read as MHI2AB1234, 97 % sure"],
  ["XX", null, "read as XX, 97 % sure"],
  [null, null, "no plate could be read"],
])("%s for %s is “%s”", (text, plate, words) => {
  expect(describeReading({ text, plate, confidence: 0.97 })).toBe(words);
});

test.each([
  [0.8499, "84 %"],
  [0.29, "29 %"],
  [0.57, "57 %"],
  [1, "100 %"],
])("a confidence of %d never looks higher than it is: %s", (confidence, words) => {
  expect(formatSure(confidence)).toBe(words);
});

test("what a guard did is told with who and why", () => {
  const override = { ...OVERRIDE, action: "refuse", reason: "no papers" } as const;
  expect(describeOverride(override, ZONE)).toBe("Refused by ann, 2 Mar, 12:04:00: no papers");
  expect(describePassage({ ...BLOCKED, plate: null, text: null })).toBe(
    "No plate: Denied, gate north, lane 2",
  );
  expect([describeWay("in"), describeWay("out"), describeWay(null)]).toEqual([
    "coming in",
    "going out",
    "direction not known",
  ]);
});

const CAME = {
  passage_id: "p-1",
  gate_id: "north",
  first_seen_at: "2026-03-02T06:10:00Z",
  last_seen_at: "2026-03-02T06:10:05Z",
  admitted: true,
};

test("how long a vehicle stayed is told, or why nobody knows", () => {
  const went = { ...CAME, first_seen_at: "2026-03-02T06:31:00Z" };
  expect(describeStay({ state: "ended", entry: CAME, exit: went }, NOW)).toBe("21 min");
  expect(describeStay({ state: "open", entry: CAME, exit: null }, NOW)).toBe("for 30 min now");
  expect(describeStay({ state: "open", entry: { ...CAME, admitted: false }, exit: null }, NOW)).toBe(
    "was not let in",
  );
  expect(describeStay({ state: "end_unknown", entry: CAME, exit: null }, NOW)).toContain("way out");
  expect(describeStay({ state: "begin_unknown", entry: null, exit: went }, NOW)).toContain("way in");
});

test("who is on the site is told with how long, and with the way out that was refused", () => {
  const refused = { ...CAME, first_seen_at: "2026-03-02T06:31:00Z" };
  expect(describePresence({ state: "open", entry: CAME, exit: null }, ZONE, NOW)).toBe("for 30 min now");
  expect(describePresence({ state: "ended", entry: CAME, exit: refused }, ZONE, NOW)).toBe(
    "for 30 min now, refused on the way out 2 Mar, 12:01:00",
  );
});

test("a picture is the same one by whichever link", () => {
  const [one, same, other] = ["s/1.jpg?sig=a", "s/1.jpg?sig=b", "s/2.jpg?sig=a"].map(nameOfPicture);
  expect([one === same, one === other, nameOfPicture(null)]).toEqual([true, false, ""]);
});

test("a day of the log is a day of the site", () => {
  expect(queryOf({ ...ANY, day: "2026-03-29", plate: " mü-12 " }, "Europe/Berlin")).toEqual({
    gate_id: null,
    decision: null,
    plate: "mü-12",
    from: "2026-03-28T23:00:00.000Z",
    to: "2026-03-29T22:00:00.000Z",
  });
  expect([isAny(ANY), isAny({ ...ANY, plate: " - " }), isAny({ ...ANY, gate: "north" })]).toEqual([
    true,
    true,
    false,
  ]);
});
