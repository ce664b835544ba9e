import { expect, test } from "vitest";
import type { GatePolicy } from "../src/api/types";
import { draftOf, fieldsOf, findFault, moveEarlier, toggleProfile } from "../src/gate/policy_draft";

const POLICY: GatePolicy = {
  site_id: "plant-1",
  min_confidence: 0.85,
  default: "hold",
  profiles: ["IN", "ANY"],
  revision: 2,
  changed_at: "2026-03-01T00:00:00Z",
  changed_by: "ann",
  description: "",
};

test.each([0.5, 0.57, 0.85, 0.875, 0.999, 1])("a confidence of %d stays what it is", (min_confidence) => {
  const { profiles, default: verdict } = POLICY;
  expect(fieldsOf(draftOf({ ...POLICY, min_confidence }))).toEqual({
    min_confidence,
    default: verdict,
    profiles,
  });
});

test.each([
  [{ confidence: "85" }, ""],
  [{ confidence: "50" }, ""],
  [{ confidence: "49.9" }, "50 to 100"],
  [{ confidence: "100.1" }, "50 to 100"],
  [{ confidence: "" }, "50 to 100"],
  [{ confidence: "high" }, "50 to 100"],
  [{ profiles: [] }, "at least one"],
])("of %o is said: “%s”", (change, fault) => {
  const found = findFault({ ...draftOf(POLICY), ...change });
  if (fault) expect(found).toContain(fault);
  else expect(found).toBe("");
});

test("formats are chosen in an order", () => {
  expect(toggleProfile(["IN"], "EU")).toEqual(["IN", "EU"]);
  expect(toggleProfile(["IN", "EU"], "IN")).toEqual(["EU"]);
  expect(moveEarlier(["IN", "EU", "ANY"], "ANY")).toEqual(["IN", "ANY", "EU"]);
  expect(moveEarlier(["IN", "EU"], "IN")).toEqual(["IN", "EU"]);
});
