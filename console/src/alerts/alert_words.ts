// Alerts in words.

import type { Alert } from "../api/types";
import { formatMinute } from "../app/words";

type Lived = Pick<Alert, "state" | "acknowledged_by" | "snoozed_until">;

/** What people have done about it so far. */
export function describeState(alert: Lived, timeZone: string, now: number): string {
  const taken =
    alert.state === "acknowledged" ? `acknowledged by ${alert.acknowledged_by}` : "nobody has reacted";
  if (!alert.snoozed_until || !isSnoozed(alert, now)) return taken;
  return `${taken}, snoozed until ${formatMinute(alert.snoozed_until, timeZone)}`;
}

export function isSnoozed({ snoozed_until: until }: Pick<Alert, "snoozed_until">, now: number): boolean {
  return until !== null && now < Date.parse(until);
}
