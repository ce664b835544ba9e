// Attendance in words that HR and a foreman use.

import type { Presence, Punch, PunchDirection, Review, Status } from "../api/types";
import { formatTime } from "../app/words";

export const STATUS_WORDS: { [status in Status]: string } = {
  present: "Present",
  late: "Late",
  early_exit: "Left early",
  half_day: "Half day",
  short_day: "Less than half a day",
  missing_punch: "Missing punch",
  absent: "Absent",
  on_leave: "On leave",
  holiday: "Holiday",
};

export const PRESENCE_WORDS: { [presence in Presence]: string } = {
  in: "In",
  left: "Gone home",
  late: "Not here yet",
  expected: "Expected",
  missing_punch: "Missing punch",
  absent: "Absent",
  on_leave: "On leave",
  holiday: "Holiday",
};

export const DIRECTION_WORDS: { [direction in PunchDirection]: string } = {
  in: "In",
  out: "Out",
  unknown: "Seen",
};

/** Hours and minutes, as in 7:30; seconds are cut. */
export function formatHours(seconds: number): string {
  const minutes = Math.floor(Math.abs(seconds) / 60);
  const sign = seconds < 0 && minutes > 0 ? "−" : "";
  return `${sign}${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

/** A difference: its sign is told in any case. */
export function formatDifference(seconds: number): string {
  return seconds < 0 ? formatHours(seconds) : `+${formatHours(seconds)}`;
}

/** How late, as in 12 min or 1 h 5 min; less than a minute in seconds. */
export function formatDelay(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (!hours) return `${minutes} min`;
  return minutes ? `${hours} h ${minutes} min` : `${hours} h`;
}

/** Who or what made a punch. */
export function describeSource({ source, recorded_by: by, evidence }: Punch): string {
  if (source === "camera" && evidence)
    return `camera ${evidence.camera_id}, ${Math.round(evidence.confidence * 100)} % sure`;
  if (source === "camera") return `camera; by ${by}`;
  if (source === "manual") return `by hand, ${by}`;
  return `${source}, ${by}`;
}

type Settled = Pick<Punch, "direction" | "at" | "withdrawn">;

export function describePunch({ direction, at }: Settled, timeZone: string): string {
  return `${DIRECTION_WORDS[direction]} ${formatTime(at, timeZone)}`;
}

const REASON_WORDS: { [reason in Review["reason"]]: string } = {
  nobody_enrolled: "nobody is enrolled here yet",
  too_few_faces: "too few good pictures of the face",
  below_threshold: "like nobody who is enrolled",
  margin: "two employees are nearly alike",
  disagreement: "the pictures don't agree on one person",
  no_consent: "no consent in force",
  spend_cap: "the day's money for Rekognition is spent",
  backend_unavailable: "Rekognition did not answer",
};

/** Why nobody was named. */
export function describeReason(reason: Review["reason"]): string {
  return REASON_WORDS[reason];
}

const NOT_ENROLLED: { [code: string]: string } = {
  consent_missing: "the picture was not enrolled, as the consent was withdrawn",
  too_many_faces: "the picture was not enrolled, as five faces are enrolled already",
  faces_gone: "no face was enrolled, as the pictures are gone",
};

/** What naming somebody came to. */
export function describeNaming(name: string, enrolled: number, notEnrolled: string | null): string {
  const faces = enrolled === 1 ? "1 face was enrolled" : `${enrolled} faces were enrolled`;
  const rest = notEnrolled ? (NOT_ENROLLED[notEnrolled] ?? `no face was enrolled (${notEnrolled})`) : faces;
  return `Named as ${name}. Attendance has been told; ${rest}.`;
}

/** What a correction of locked days came to. */
export function describeBooked(adjustments: number): string {
  if (!adjustments) return "";
  const booked = adjustments === 1 ? "1 adjustment is" : `${adjustments} adjustments are`;
  return `The day is locked: ${booked} booked to the open pay period.`;
}
