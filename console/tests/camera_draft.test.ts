import { expect, test } from "vitest";
import type { Camera, CameraFields } from "../src/api/types";
import { bodyOf, draftOf, findFault, gatesOf, NEW_CAMERA } from "../src/cameras/camera_draft";

const FIELDS: CameraFields = {
  name: "North, in",
  role: "entry",
  analyse_fps: 12,
  counting: false,
  offline_after_seconds: 300,
  identify: "recognise",
  gate_id: "north",
  lane: "2",
  max_occupancy: 40,
  warning_percent: 70,
  exceeded_percent: 90,
};
const CAMERA: Camera = {
  ...FIELDS,
  camera_id: "north-in",
  site_id: "plant-1",
  revision: 7,
  created_at: "2026-03-01T00:00:00Z",
  created_by: "ann",
};

test("a form that is sent as it was opened changes nothing, the gate neither", () => {
  expect(bodyOf(draftOf(CAMERA))).toEqual(FIELDS);
});

test("what is empty is none, and without a gate there is no lane", () => {
  const draft = { ...NEW_CAMERA, name: " Yard ", gate_id: "  ", lane: "1" };
  expect(bodyOf(draft)).toEqual({ ...NEW_CAMERA, name: "Yard", gate_id: null, lane: null });
  expect(bodyOf({ ...draft, gate_id: " north ", lane: " " })).toMatchObject({ gate_id: "north", lane: null });
});

test.each([
  [{ name: "Yard" }, ""],
  [{ name: " " }, "Enter the name."],
  [{ name: "Yard", gate_id: "north", lane: "1" }, ""],
  [{ name: "Yard", gate_id: "North" }, "gate’s id"],
  [{ name: "Yard", gate_id: "north", lane: "no. 1" }, "lane"],
  [{ name: "Yard", gate_id: "", lane: "no. 1" }, ""],
])("of %o is said: “%s”", (change, fault) => {
  const found = findFault({ ...NEW_CAMERA, ...change });
  if (fault) expect(found).toContain(fault);
  else expect(found).toBe("");
});

test("each gate is offered once, in order", () => {
  expect(
    gatesOf([{ gate_id: "south" }, { gate_id: null }, { gate_id: "north" }, { gate_id: "south" }]),
  ).toEqual(["north", "south"]);
});
