// What components share: asking the API while they are shown.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { startPoll, stopPoll } from "./connection";
import type { Poll } from "./polling";

/**
 * Asks now and every `everyMs` while the component is shown, anew when one of `inputs` changes.
 * @param name tells polls apart; two with one name must not be shown at once
 * @returns asks at once
 */
export function usePoll(
  name: string,
  ask: (signal: AbortSignal) => Promise<void>,
  everyMs: number,
  inputs: readonly unknown[] = [],
): () => void {
  const latest = useRef(ask);
  latest.current = ask;
  const running = useRef<Poll | null>(null);
  useEffect(() => {
    const poll = startPoll(name, (signal) => latest.current(signal), everyMs);
    running.current = poll;
    return () => stopPoll(name, poll);
  }, inputs);
  return () => running.current?.askNow();
}

const SETTLE_MS = 250;

/** What somebody types, once they have paused. */
export function useSettled(typed: string): string {
  const settled = useSignal(typed);
  useEffect(() => {
    const timer = window.setTimeout(() => {
      settled.value = typed;
    }, SETTLE_MS);
    return () => window.clearTimeout(timer);
  }, [typed]);
  return settled.value;
}
