// Employees, their consent and what is erased, in words.

import type { Employee, Erasure } from "../api/types";
import { formatDate } from "../app/dates";

type Employed = Pick<Employee, "employed_from" | "employed_until">;

export function hasLeft({ employed_until: until }: Pick<Employed, "employed_until">, today: string): boolean {
  return until !== null && until < today;
}

export function describeEmployment(
  { employed_from: from, employed_until: until }: Employed,
  today: string,
): string {
  if (until && until < today) return `left on ${formatDate(until)}`;
  if (from && from > today) return `begins on ${formatDate(from)}`;
  if (until) return `until ${formatDate(until)}`;
  return from ? `since ${formatDate(from)}` : "";
}

export function describeConsent(
  employee: Pick<Employee, "consent" | "may_be_recognised" | "erased_at">,
): string {
  if (employee.may_be_recognised) return "Consent given";
  if (employee.erased_at) return "Erased";
  return employee.consent ? "Consent withdrawn" : "No consent";
}

const REMOVED: { [kind in keyof Erasure["removed"]]: string } = {
  faces: "Enrolled faces",
  enrolled_pictures: "Pictures they were enrolled by",
  pictures: "Pictures of when they were recognised",
  answers: "Kept answers about who they are",
  named_reviews: "People in review, named as them",
  unnamed_reviews: "People in review, with a face like theirs",
  outside_faces: "Faces at Rekognition",
};

/** What is gone, most first; what there was none of is left out. */
export function listRemoved(removed: Erasure["removed"]): string[] {
  return Object.entries(removed)
    .filter(([, count]) => count > 0)
    .toSorted(([, one], [, other]) => other - one)
    .map(([kind, count]) => `${REMOVED[kind] ?? kind}: ${count}`);
}

const VERDICTS: { [code: string]: string } = {
  no_face: "No face is found. Take it from nearer, and upright.",
  several_faces: "There are several faces. Cut the picture so that one is left.",
  other_person: "This is not the person of the other pictures, or of the enrolled faces.",
  face_too_small: "The face is too small. Take the picture from nearer.",
  face_unsure: "This is hardly a face. Take another picture, in better light.",
  face_turned_away: "The face is turned away. Look into the camera.",
  face_blurred: "The face is blurred. Hold still, in better light.",
};

/** Why a picture can't be enrolled; for what the page has no words the API's own. */
export function describeVerdict(code: string, message: string): string {
  return VERDICTS[code] ?? message.charAt(0).toUpperCase() + message.slice(1);
}
