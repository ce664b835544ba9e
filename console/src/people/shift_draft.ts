// A shift as it is being written: all of its fields, so that a change loses none.

import type { ShiftVersion } from "../api/types";

export type ShiftDraft = Omit<ShiftVersion, "valid_from" | "retired" | "revision">;

export const NEW_SHIFT: ShiftDraft = {
  name: "",
  start: "06:00",
  end: "14:00",
  days: [1, 2, 3, 4, 5],
  breaks: [],
  grace_late_minutes: 5,
  grace_early_minutes: 5,
  opens_before_minutes: 120,
  closes_after_minutes: 240,
  full_day_minutes: null,
  half_day_minutes: null,
  overtime: { counts_before_start: false, counts_after_end: true, threshold_minutes: 0, step_minutes: 1 },
  pairing: "first_last",
  debounce_seconds: 120,
};

export function draftOf({
  valid_from: _from,
  retired: _retired,
  revision: _revision,
  ...draft
}: ShiftVersion): ShiftDraft {
  return draft;
}

/** What keeps it from being sent; "" for nothing. */
export function findFault(draft: ShiftDraft): string {
  if (!draft.name.trim()) return "Enter the name.";
  if (!draft.start || !draft.end) return "Enter start and end.";
  if (!draft.days.length) return "Choose the weekdays on which it starts.";
  if (draft.breaks.some((each) => !each.start || !each.end)) return "Enter start and end of each break.";
  const minutes = [
    draft.grace_late_minutes,
    draft.grace_early_minutes,
    draft.opens_before_minutes,
    draft.closes_after_minutes,
    draft.overtime.threshold_minutes,
    draft.overtime.step_minutes,
  ];
  return minutes.every(Number.isInteger) ? "" : "Enter minutes as whole numbers.";
}
