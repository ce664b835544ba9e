// Vehicle lists in words.

import type { FieldFault, ImportResult, ListedVehicle, ListName, Vehicle } from "../api/types";
import { formatMoment } from "../app/words";

export const LIST_WORDS: { [list in ListName]: { name: string; one: string; about: string; none: string } } =
  {
    blocked: {
      name: "Blocked",
      one: "Block a vehicle",
      about: "Refused whatever else is listed, and security is told at once.",
      none: "No vehicle is blocked.",
    },
    allowed: {
      name: "Allowed",
      one: "Allow a vehicle",
      about: "Let in when the plate is read surely and exactly.",
      none: "No vehicle is allowed. Those who are on no list meet the site’s default.",
    },
    visitor: {
      name: "Visitors",
      one: "Add a visitor",
      about: "Let in within their time, as often as was agreed. Whoever was let in is let out.",
      none: "No visitor is expected.",
    },
  };

type Validity = Pick<ListedVehicle, "valid_from" | "valid_until">;

/** Whether an entry counts at a moment; entries count before `valid_until`. */
export function validityAt({ valid_from: from, valid_until: until }: Validity, now: number) {
  if (from !== null && now < Date.parse(from)) return "early";
  return until !== null && now >= Date.parse(until) ? "over" : "valid";
}

export function describeValidity(
  { valid_from: from, valid_until: until }: Validity,
  timeZone: string,
): string {
  if (from && until) return `${formatMoment(from, timeZone)} to ${formatMoment(until, timeZone)}`;
  if (until) return `until ${formatMoment(until, timeZone)}`;
  return from ? `from ${formatMoment(from, timeZone)} on` : "always";
}

type Authored = Pick<Vehicle, "revision" | "removed" | "changed_at" | "changed_by">;

/** Who did what of an entry last, and when. */
export function describeAuthor(entry: Authored, timeZone: string): string {
  const edited = entry.revision > 1 ? "Changed" : "Entered";
  const done = entry.removed ? "Removed" : edited;
  return `${done} by ${entry.changed_by}, ${formatMoment(entry.changed_at, timeZone)}`;
}

/** What an import came to, or would: such as 3 new, 1 changed. */
export function describeImport({ rows, ...counts }: ImportResult): string {
  const parts = (["new", "changed", "unchanged", "repeated"] as const)
    .filter((name) => counts[name] > 0)
    .map((name) => `${counts[name]} ${name}`);
  const { unblocked } = counts;
  const who = unblocked === 1 ? "1 vehicle is" : `${unblocked} vehicles are`;
  const told = unblocked ? ` ${who} blocked no more, or not as long.` : "";
  return `${rows === 1 ? "1 row" : `${rows} rows`}: ${parts.join(", ")}.${told}`;
}

export interface LineFault {
  /** Null: the file as a whole. */
  line: number | null;
  column: string;
  message: string;
}

/** What is wrong with a file, by line: the API names the places `lines.<number>.<column>`. */
export function faultsByLine(faults: readonly FieldFault[]): LineFault[] {
  return faults
    .map(({ field, message }) => {
      const place = /^lines\.(\d+)(?:\.(.+))?$/.exec(field);
      return { line: place ? Number(place[1]) : null, column: place?.[2] ?? "", message };
    })
    .toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0));
}
