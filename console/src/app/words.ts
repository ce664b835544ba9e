// Numbers and times in words that a person at the gate would use.

import type { Schemas } from "../api/types";

const LOCALE = "en-GB";
type Moment = string | number | Date;

export function formatCount(count: number): string {
  return count < 0 ? `−${-count}` : String(count);
}

export function people(count: number): string {
  if (count === 0) return "nobody";
  return count === 1 ? "1 person" : `${count} people`;
}

export function formatShare(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** Seconds, minutes, hours or days; one figure after the point while it says something. */
export function formatAge(seconds: number): string {
  if (seconds < 9.95) return `${Math.max(seconds, 0).toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

/** Time of day in an IANA zone; the day too if that is not today there. */
export function formatTime(moment: Moment, timeZone: string, now: Moment = Date.now()): string {
  const clock = new Date(moment).toLocaleTimeString(LOCALE, { timeZone, hourCycle: "h23" });
  const day = formatDay(moment, timeZone);
  return day === formatDay(now, timeZone) ? clock : `${day}, ${clock}`;
}

/** Such as 09:05. */
export function formatMinute(moment: Moment, timeZone: string): string {
  return new Date(moment).toLocaleTimeString(LOCALE, {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
}

/** Such as 21 Nov. */
export function formatDay(moment: Moment, timeZone: string): string {
  return new Date(moment).toLocaleDateString(LOCALE, { timeZone, day: "numeric", month: "short" });
}

/** Such as 21 Nov 2026, 09:05: for what may be of any year. */
export function formatMoment(moment: Moment, timeZone: string): string {
  const year = new Date(moment).toLocaleDateString(LOCALE, { timeZone, year: "numeric" });
  return `${formatDay(moment, timeZone)} ${year}, ${formatMinute(moment, timeZone)}`;
}

/** Such as Sat 21. */
export function formatWeekday(moment: Moment, timeZone: string): string {
  return new Date(moment).toLocaleDateString(LOCALE, { timeZone, weekday: "short", day: "numeric" });
}

export function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

type Baseline = Pick<Schemas["BaselineOut"], "count" | "at" | "by" | "reason">;
type Counted = Pick<Schemas["CameraCount"], "entries" | "exits" | "raw"> & { baseline: Baseline };

/** How a camera's number came about, in sentences. */
export function explainInWords(count: Counted, timeZone: string): string {
  const { baseline, entries, exits, raw } = count;
  const start = wasGiven(baseline)
    ? `${baseline.by} set the count to ${baseline.count} at ${formatTime(baseline.at, timeZone)} (${baseline.reason}).`
    : `Nobody has given a head count yet, so counting began at ${baseline.count}.`;
  const since = ` Since then ${people(entries)} came in and ${people(exits)} went out.`;
  if (raw >= 0) return `${start}${since} That leaves ${people(raw)} inside.`;
  const missing = raw === -1 ? "1 more exit than people" : `${-raw} more exits than people`;
  return (
    `${start}${since} That is ${missing} known to be inside: they were there before counting began, ` +
    "or their way in was not seen. Fewer than nobody can't be inside, so 0 is shown."
  );
}

/** The first baseline of every camera lies before any video: nobody has counted heads yet. */
function wasGiven(baseline: Baseline): boolean {
  return new Date(baseline.at).getTime() > 0;
}

type SiteNumbers = Pick<Schemas["SiteCount"], "raw"> & {
  cameras: { name: string; raw: number; counting: boolean }[];
};

/** The site's number as the sum over its cameras, negative ones included. */
export function describeSum(live: SiteNumbers): string {
  const terms = live.cameras
    .filter((camera) => camera.counting)
    .map((camera) => `${camera.name}: ${formatCount(camera.raw)}`)
    .join("; ");
  const sum = live.raw < 0 ? `${formatCount(live.raw)}, shown as 0` : formatCount(live.raw);
  return `The site is the sum of its cameras (${terms}), which is ${sum}. Below is the chosen camera.`;
}

type Totals = Pick<Schemas["SiteCount"], "entries" | "exits" | "occupancy">;

/** What has happened between two counts, to be read out; "" for nothing. */
export function describeChange(before: Totals, after: Totals): string {
  const parts = [
    { change: after.entries - before.entries, way: "in" },
    { change: after.exits - before.exits, way: "out" },
  ]
    .filter(({ change }) => change > 0)
    .map(({ change, way }) => `${change} ${way}`);
  if (!parts.length && after.occupancy === before.occupancy) return "";
  return `${[...parts, `${after.occupancy} inside now`].join(", ")}.`;
}
