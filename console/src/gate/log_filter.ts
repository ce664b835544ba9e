// Which passages of the log are wanted.

import type { Verdict } from "../api/types";
import { addDays } from "../app/dates";
import { instantAt } from "../app/time";
import { plateOf } from "./vehicle_draft";

/** "" is any. */
export interface LogFilter {
  gate: string;
  verdict: Verdict | "";
  /** As it is typed. */
  plate: string;
  /** A local date of the site. */
  day: string;
}

export const ANY: LogFilter = { gate: "", verdict: "", plate: "", day: "" };

export function isAny(filter: LogFilter): boolean {
  return Object.values(queryOf(filter, "UTC")).every((value) => value === null);
}

/** As the API asks for it; null: any. */
export function queryOf({ gate, verdict, plate, day }: LogFilter, timeZone: string) {
  return {
    gate_id: gate || null,
    decision: verdict || null,
    plate: plateOf(plate) || null,
    from: day ? startOf(day, timeZone) : null,
    to: day ? startOf(addDays(day, 1), timeZone) : null,
  };
}

function startOf(day: string, timeZone: string): string {
  return new Date(instantAt(`${day}T00:00`, timeZone)).toISOString();
}
