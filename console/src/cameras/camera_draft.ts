// A camera as its form has it: all of its fields, as the API gives a field that is left out its default.

import type { Camera, CameraFields } from "../api/types";

export const NEW_CAMERA: CameraFields = {
  name: "",
  role: "bidirectional",
  analyse_fps: 10,
  counting: true,
  offline_after_seconds: 120,
  identify: "off",
  gate_id: null,
  lane: null,
  max_occupancy: null,
  warning_percent: 80,
  exceeded_percent: 100,
};

/** Every field, those too that the form does not show: sent back as they were read. */
export function draftOf(camera: Camera): CameraFields {
  const { name, role, analyse_fps, counting, offline_after_seconds, identify, gate_id, lane } = camera;
  const { max_occupancy, warning_percent, exceeded_percent } = camera;
  return {
    name,
    role,
    analyse_fps,
    counting,
    offline_after_seconds,
    identify,
    gate_id,
    lane,
    max_occupancy,
    warning_percent,
    exceeded_percent,
  };
}

/** As it is sent: without spaces around, and what is empty is none. A lane is a gate's. */
export function bodyOf(draft: CameraFields): CameraFields {
  const gate_id = draft.gate_id?.trim() || null;
  return {
    ...draft,
    name: draft.name.trim(),
    gate_id,
    lane: gate_id && (draft.lane?.trim() || null),
  };
}

const IDENTIFIER = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** What is wrong with it in words; "" for nothing. */
export function findFault(draft: CameraFields): string {
  const { name, gate_id: gate, lane } = bodyOf(draft);
  if (!name) return "Enter the name.";
  if (gate && !IDENTIFIER.test(gate))
    return "The gate’s id has small letters, digits and hyphens only, such as north.";
  if (lane && !IDENTIFIER.test(lane))
    return "The lane has small letters, digits and hyphens only, such as 1 or left.";
  return "";
}

/** The gates that a site's cameras see, by id. */
export function gatesOf(cameras: readonly Pick<Camera, "gate_id">[]): string[] {
  return [...new Set(cameras.flatMap(({ gate_id: gate }) => gate ?? []))].toSorted();
}
