// A listed vehicle as its form has it: what is typed, in the site's time.

import type { ListedVehicle, ListName, VehicleFields } from "../api/types";
import { wallTimeAt } from "../app/dates";
import { instantAt } from "../app/time";

export interface VehicleDraft {
  plate: string;
  /** Local times of the site, "" for none. */
  validFrom: string;
  validUntil: string;
  reason: string;
  host: string;
  maxVisits: string;
  note: string;
}

export const NEW_VEHICLE: VehicleDraft = {
  plate: "",
  validFrom: "",
  validUntil: "",
  reason: "",
  host: "",
  maxVisits: "",
  note: "",
};

export function draftOf(vehicle: ListedVehicle, timeZone: string): VehicleDraft {
  const written = (moment: string | null): string => (moment ? wallTimeAt(moment, timeZone) : "");
  return {
    plate: vehicle.plate,
    validFrom: written(vehicle.valid_from),
    validUntil: written(vehicle.valid_until),
    reason: vehicle.reason ?? "",
    host: vehicle.host ?? "",
    maxVisits: vehicle.max_visits?.toString() ?? "",
    note: vehicle.note ?? "",
  };
}

/**
 * What is sent of it: only what its list has.
 * @param before what a change is of: a time that was not touched stays the instant that it was
 */
export function fieldsOf(
  draft: VehicleDraft,
  list: ListName,
  timeZone: string,
  before: ListedVehicle | null = null,
): VehicleFields {
  const written = before && draftOf(before, timeZone);
  const isVisitor = list === "visitor";
  return {
    valid_from:
      before && draft.validFrom === written?.validFrom ? before.valid_from : at(draft.validFrom, timeZone),
    valid_until:
      before && draft.validUntil === written?.validUntil
        ? before.valid_until
        : at(draft.validUntil, timeZone),
    reason: list === "blocked" ? textOf(draft.reason) : null,
    host: isVisitor ? textOf(draft.host) : null,
    max_visits: isVisitor && draft.maxVisits.trim() ? Number(draft.maxVisits) : null,
    note: textOf(draft.note),
  };
}

/** What is wrong with it in words; "" for nothing. */
export function findFault(draft: VehicleDraft, list: ListName, timeZone: string): string {
  if (!plateOf(draft.plate)) return "Enter the plate, with letters A to Z and digits.";
  if (list === "blocked" && !draft.reason.trim()) return "Say why it is blocked: the guard is told it.";
  if (list === "visitor" && !draft.host.trim()) return "Enter whom they visit.";
  if (list === "visitor" && !draft.validUntil) return "Enter until when they may come in.";
  const [from, until] = [draft.validFrom, draft.validUntil].map((wallTime) => instantAt(wallTime, timeZone));
  if (from !== undefined && until !== undefined && until <= from) return "It ends before it begins.";
  if (draft.maxVisits.trim() && !/^[1-9]\d{0,3}$/.test(draft.maxVisits.trim()))
    return "The number of visits is a whole number, or empty for as many as they like.";
  return "";
}

/**
 * A plate to ask the API for, as it is typed: what is compared of it only the API says. "" where there is no
 * letter or digit in it, of whatever script.
 */
export function plateOf(typed: string): string {
  return /[\p{L}\p{N}]/u.test(typed) ? typed.trim() : "";
}

function at(wallTime: string, timeZone: string): string | null {
  const moment = instantAt(wallTime, timeZone);
  return Number.isNaN(moment) ? null : new Date(moment).toISOString();
}

function textOf(typed: string): string | null {
  return typed.trim() || null;
}
