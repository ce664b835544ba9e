// Is what one sees live? Every poll reports here.

import { computed, signal } from "@preact/signals";
import { Refused } from "../api/request";
import { SessionEnded, session } from "../api/session";
import { now } from "./now";
import { Poll, type Report } from "./polling";

interface Fault {
  message: string;
  againAt: number;
}

const faults = signal<ReadonlyMap<string, Fault>>(new Map());
const answered = signal(false);
const polls = new Map<string, Poll>();

export const connectionState = computed(() => {
  if (faults.value.size) return "failing";
  return answered.value ? "live" : "connecting";
});

export const connectionText = computed(() => {
  const [first] = faults.value.values();
  return first?.message ?? (answered.value ? "Live" : "Connecting…");
});

/** Seconds until the next try; 0 when one is under way. */
export const secondsToRetry = computed(() => {
  const soonest = Math.min(...[...faults.value.values()].map((fault) => fault.againAt));
  return Number.isFinite(soonest) ? Math.max(0, Math.ceil((soonest - now.value) / 1000 - 0.5)) : 0;
});

export function retryNow(): void {
  for (const poll of polls.values()) poll.retryNow();
}

/** Begins to ask; answers with how to stop and how to ask at once. */
export function startPoll(name: string, ask: (signal: AbortSignal) => Promise<void>, everyMs: number): Poll {
  const poll = new Poll(ask, everyMs, reporter(name));
  polls.set(name, poll);
  poll.start();
  return poll;
}

export function stopPoll(name: string, poll: Poll): void {
  poll.stop();
  if (polls.get(name) !== poll) return; // another has its name already
  polls.delete(name);
  forgetFault(name);
}

export function resetConnection(): void {
  faults.value = new Map();
  answered.value = false;
}

/** What a person reads of a failure. */
export function describeFault(error: Error): string {
  return error instanceof Refused ? `The API refused: ${error.message}` : error.message;
}

function reporter(name: string): Report {
  return (error, waitMs) => {
    if (error instanceof SessionEnded) session.end(error.message);
    else if (error)
      keepFault(name, { message: `${describeFault(error)} – retrying`, againAt: Date.now() + waitMs });
    else {
      forgetFault(name);
      answered.value = true;
    }
  };
}

function keepFault(name: string, fault: Fault): void {
  faults.value = new Map([...faults.value, [name, fault]]);
}

function forgetFault(name: string): void {
  if (!faults.value.has(name)) return;
  faults.value = new Map([...faults.value].filter(([each]) => each !== name));
}
