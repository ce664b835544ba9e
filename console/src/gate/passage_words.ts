// Passages in words that a guard reads at a glance.

import type { Override, Passage, Visit } from "../api/types";
import { formatAge, formatTime } from "../app/words";
import { VERDICT_WORDS } from "./gate_words";

/** Which way a vehicle went through a gate. */
export function describeWay(direction: Passage["direction"]): string {
  if (direction === null) return "direction not known";
  return direction === "in" ? "coming in" : "going out";
}

type Place = Pick<Passage, "gate_id" | "lane">;

export function describePlace({ gate_id: gate, lane }: Place): string {
  return `gate ${gate}, lane ${lane}`;
}

/** What was read, where that is not the plate itself, and how surely. */
export function describeReading({ text, plate, confidence }: Pick<Passage, "text" | "plate" | "confidence">) {
  if (text === null) return "no plate could be read";
  const sure = `${formatSure(confidence)} sure`;
  return text === plate ? `read as it is, ${sure}` : `read as ${text}, ${sure}`;
}

/** Cut, not rounded: what is below a bound never looks as if it had reached it. */
export function formatSure(confidence: number): string {
  return `${Math.floor(confidence * 100 + 1e-9)} %`;
}

const ACTION_WORDS: { [action in Override["action"]]: string } = { open: "Opened", refuse: "Refused" };

/** What a guard did instead, and when. */
export function describeOverride({ action, by, at, reason }: Override, timeZone: string): string {
  return `${ACTION_WORDS[action]} by ${by}, ${formatTime(at, timeZone)}: ${reason}`;
}

/** Whether a guard's word holds: what came to light after it, and is graver, is theirs again. */
export function isOverridden({ overrides, alarms }: Pick<Passage, "overrides" | "alarms">): boolean {
  return overrides.some(({ alarm }) => rankOf(alarm) >= Math.max(0, ...alarms.map(rankOf)));
}

const RANKS: { [alarm in Passage["alarms"][number]]: number } = { near_blocked: 1, blocked: 2 };

function rankOf(alarm: Override["alarm"]): number {
  return alarm === null ? 0 : RANKS[alarm];
}

/** Whether it is a vehicle of the list of blocked ones, and nothing else that might be one. */
export function isBlocked({ alarms }: Pick<Passage, "alarms">): boolean {
  return alarms.includes("blocked");
}

/** A passage that security is told of, in a sentence. */
export function describeAlarm(passage: Passage, timeZone: string): string {
  const what = isBlocked(passage) ? "Blocked vehicle" : "This may be a blocked vehicle";
  const who = passage.plate ?? passage.text ?? "no plate";
  const told = passage.late ? ", told late" : "";
  return `${what}: ${who} ${describeWay(passage.direction)}, ${describePlace(passage)}, ${formatTime(passage.first_seen_at, timeZone)}${told}.`;
}

/** A passage that has just come, to be read out. */
export function describePassage({ plate, text, verdict, ...place }: Passage): string {
  return `${plate ?? text ?? "No plate"}: ${VERDICT_WORDS[verdict]}, ${describePlace(place)}`;
}

type Stay = Pick<Visit, "state" | "entry" | "exit">;

/** How long a vehicle stayed, or why one does not know. */
export function describeStay({ state, entry, exit }: Stay, now: number): string {
  if (state === "end_unknown") return "its way out was not seen";
  if (state === "begin_unknown") return "its way in was not seen";
  if (!entry) return "";
  const end = exit ? Date.parse(exit.first_seen_at) : now;
  const stayed = formatAge(Math.max(0, Math.floor((end - Date.parse(entry.first_seen_at)) / 1000)));
  if (exit) return stayed;
  return entry.admitted ? `for ${stayed} now` : "was not let in";
}

/** How long a vehicle has been on the site; of one that was refused on the way out also when that was. */
export function describePresence({ entry, exit }: Stay, zone: string, now: number): string {
  const stay = describeStay({ state: "open", entry, exit: null }, now);
  return exit ? `${stay}, refused on the way out ${formatTime(exit.first_seen_at, zone)}` : stay;
}

/** What stays the same of the links to a picture: they are signed anew in each answer. */
export function nameOfPicture(url: string | null): string {
  return url?.replace(/\?.*$/, "") ?? "";
}
