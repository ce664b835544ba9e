// What time it is at the API, by whose clock it tells moments: this machine's may be minutes off.

// Answers tell the time in whole seconds and take a while. What differs by less is no other time, so that
// nothing goes and comes back by it.
const SAME_MS = 5000;

let aheadMs = 0;

/**
 * @param date the header of an answer; null for none
 * @param now by this machine's clock
 */
export function learnTime(date: string | null, now: number): void {
  const foundMs = Date.parse(date ?? "") - now;
  if (Math.abs(foundMs - aheadMs) >= SAME_MS) aheadMs = foundMs;
}

/** A moment of this machine's clock by the API's; the same one before an answer has told its time. */
export function serverTime(now: number): number {
  return now + aheadMs;
}
