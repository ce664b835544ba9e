import { expect, test } from "vitest";
import {
  describeBooked,
  describeNaming,
  describePunch,
  describeSource,
  formatDelay,
  formatDifference,
  formatHours,
} from "../src/people/people_words";
import {
  describeConsent,
  describeEmployment,
  describeVerdict,
  hasLeft,
  listRemoved,
} from "../src/people/employee_words";
import type { Punch } from "../src/api/types";

const PUNCH: Punch = {
  punch_id: "p1",
  employee_id: "ann",
  site_id: "works",
  at: "2026-03-02T05:01:02Z",
  direction: "in",
  source: "manual",
  recorded_at: "2026-03-02T05:01:02Z",
  recorded_by: "olga",
  evidence: null,
  supersedes: null,
  withdrawn: false,
  reason: null,
};

test.each([
  [0, "0:00"],
  [59, "0:00"],
  [60, "0:01"],
  [27_000, "7:30"],
  [545_400, "151:30"],
  [-5400, "−1:30"],
  [-30, "0:00"],
])("%s s of work are %s", (seconds, text) => {
  expect(formatHours(seconds)).toBe(text);
});

test("a difference has its sign", () => {
  expect([formatDifference(1800), formatDifference(-1800)]).toEqual(["+0:30", "−0:30"]);
});

test.each([
  [40, "40 s"],
  [359, "5 min"],
  [3600, "1 h"],
  [3900, "1 h 5 min"],
])("%s s late is %s", (seconds, text) => {
  expect(formatDelay(seconds)).toBe(text);
});

test("a punch says who made it and which way", () => {
  expect(describeSource(PUNCH)).toBe("by hand, olga");
  expect(describeSource({ ...PUNCH, source: "kiosk" })).toBe("kiosk, olga");
  const evidence = {
    camera_id: "door-1",
    stream_session: "s",
    track_id: 3,
    confidence: 0.914,
    snapshot_url: null,
  };
  expect(describeSource({ ...PUNCH, source: "camera", evidence })).toBe("camera door-1, 91 % sure");
  expect(describePunch(PUNCH, "Europe/Berlin")).toMatch(/^In 2 Mar, 06:01:02$/);
});

test("naming says what became of the face", () => {
  expect(describeNaming("Ann", 3, null)).toBe(
    "Named as Ann. Attendance has been told; 3 faces were enrolled.",
  );
  expect(describeNaming("Ann", 0, "consent_missing")).toContain("consent was withdrawn");
  expect(describeNaming("Ann", 0, "something_new")).toContain("(something_new)");
});

test("booked adjustments are told, none is not", () => {
  expect(describeBooked(0)).toBe("");
  expect(describeBooked(2)).toContain("2 adjustments are booked");
});

test("who has left is who had a last day before today", () => {
  expect(hasLeft({ employed_until: "2026-03-01" }, "2026-03-02")).toBe(true);
  expect(hasLeft({ employed_until: "2026-03-02" }, "2026-03-02")).toBe(false);
  expect(hasLeft({ employed_until: null }, "2026-03-02")).toBe(false);
});

test.each([
  [null, null, ""],
  ["2026-01-01", null, "since 1 Jan 2026"],
  ["2026-05-01", null, "begins on 1 May 2026"],
  ["2026-01-01", "2026-02-01", "left on 1 Feb 2026"],
  [null, "2026-06-01", "until 1 Jun 2026"],
])("employed from %s until %s: %s", (from, until, words) => {
  expect(describeEmployment({ employed_from: from, employed_until: until }, "2026-03-02")).toBe(words);
});

test("consent in words", () => {
  const consent = { given_at: "", version: "1", recorded_by: "o", withdrawn_at: null };
  const none = { consent: null, may_be_recognised: false, erased_at: null };
  expect(describeConsent(none)).toBe("No consent");
  expect(describeConsent({ ...none, consent, may_be_recognised: true })).toBe("Consent given");
  expect(describeConsent({ ...none, consent })).toBe("Consent withdrawn");
  expect(describeConsent({ ...none, consent, erased_at: "2026-01-01T00:00:00Z" })).toBe("Erased");
});

test("an erasure lists what there was, most first", () => {
  const removed = {
    faces: 2,
    enrolled_pictures: 2,
    pictures: 14,
    answers: 0,
    named_reviews: 0,
    unnamed_reviews: 1,
    outside_faces: 0,
  };
  expect(listRemoved(removed)).toEqual([
    "Pictures of when they were recognised: 14",
    "Enrolled faces: 2",
    "Pictures they were enrolled by: 2",
    "People in review, with a face like theirs: 1",
  ]);
});

test("a verdict that the page does not know is the API's", () => {
  expect(describeVerdict("face_blurred", "x")).toContain("Hold still");
  expect(describeVerdict("enrolled_as_other", "this face is enrolled already, as employee ben")).toBe(
    "This face is enrolled already, as employee ben",
  );
});
