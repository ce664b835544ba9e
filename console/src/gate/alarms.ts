// Which passages are still to be told of: blocked vehicles of which nobody has taken notice.

import type { Passage } from "../api/types";
import { isOverridden } from "./passage_words";

const NEWS_MS = 10 * 60_000;
// The API looks by when a vehicle was seen. A camera that was offline tells of it later than this at times:
// then the alert tells of it, and the log.
const SEEN_WITHIN_MS = 2 * 3600_000;

/**
 * How the API is asked for passages that may be told of now.
 * @param now by the API's clock
 */
export function alarmsQuery(now: number) {
  return { alarm: "true", from: new Date(now - SEEN_WITHIN_MS).toISOString() };
}

/**
 * Newest first. What a guard has overridden is in their hands already.
 * @param now by the API's clock: by this machine's, if that is fast, every alarm would be old at once
 */
export function openAlarms(
  passages: readonly Passage[],
  noticed: ReadonlySet<string>,
  now: number,
): Passage[] {
  return passages.filter(
    (passage) =>
      passage.alarms.length > 0 &&
      !isOverridden(passage) &&
      !noticed.has(noticeOf(passage)) &&
      now - Date.parse(passage.decided_at) < NEWS_MS,
  );
}

/** What one has noticed of a passage: a graver alarm is another notice. */
export function noticeOf({ decision_id: id, alarms }: Passage): string {
  return [id, ...alarms].join(" ");
}
