// Days and hours of a site's own clock.

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Wall {
  year: number;
  month: number;
  day: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The instant at which a site's day began, `daysAgo` days before the day of `moment`. */
export function startOfDay(moment: number, timeZone: string, daysAgo = 0): number {
  const { year, month, day } = wallOf(moment, timeZone);
  const midnight = Date.UTC(year, month, day - daysAgo);
  // The offset of a first guess may be that of the other side of a change of clocks; that of the second isn't.
  const guess = midnight - offsetAt(midnight, timeZone);
  return midnight - offsetAt(guess, timeZone);
}

/** The instant at which a site's month began, `monthsAgo` months before that of `moment`. */
export function startOfMonth(moment: number, timeZone: string, monthsAgo = 0): number {
  const { year, month } = wallOf(moment, timeZone);
  const noon = Date.UTC(year, month - monthsAgo, 1, 12);
  return startOfDay(noon - offsetAt(noon, timeZone), timeZone);
}

/** The beginnings of the days from `from`, which is one, to before `to`. */
export function daysFrom(from: number, to: number, timeZone: string): number[] {
  const days = [];
  for (let day = from; day < to; day = startOfDay(day, timeZone, -1)) days.push(day);
  return days;
}

/** The beginnings of the hours from `from`, a midnight, to before `to`; a day has 23 to 25 of them. */
export function hoursFrom(from: number, to: number): number[] {
  return Array.from(
    { length: Math.max(0, Math.ceil((to - from) / HOUR_MS)) },
    (_, hour) => from + hour * HOUR_MS,
  );
}

/**
 * The instant at which a zone's clocks show a local time such as 2026-03-02T08:00. The first of two where
 * clocks show it twice; where they leave it out, as much later as they were put forward.
 * @returns NaN for what is no time
 */
export function instantAt(wallTime: string, timeZone: string): number {
  const asUtc = Date.parse(`${wallTime}Z`);
  if (Number.isNaN(asUtc)) return asUtc;
  const offsets = [-DAY_MS, DAY_MS].map((away) => offsetAt(asUtc + away, timeZone));
  const found = offsets.map((offset) => asUtc - offset).filter((at) => at + offsetAt(at, timeZone) === asUtc);
  return Math.min(...(found.length ? found : [asUtc - (offsets[0] ?? 0)]));
}

/** How much a zone's clock is ahead of UTC at an instant, in milliseconds. */
function offsetAt(moment: number, timeZone: string): number {
  const whole = Math.floor(moment / 1000) * 1000;
  const parts = readParts(whole, timeZone);
  const wall = Date.UTC(part(parts, "year"), part(parts, "month") - 1, part(parts, "day"));
  const clock = (part(parts, "hour") * 60 + part(parts, "minute")) * 60 + part(parts, "second");
  return wall + clock * 1000 - whole;
}

function wallOf(moment: number, timeZone: string): Wall {
  const parts = readParts(moment, timeZone);
  return { year: part(parts, "year"), month: part(parts, "month") - 1, day: part(parts, "day") };
}

function readParts(moment: number, timeZone: string): Intl.DateTimeFormatPart[] {
  const known = formats.get(timeZone);
  const format =
    known ??
    new Intl.DateTimeFormat("en-GB", {
      timeZone,
      calendar: "gregory",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
      hourCycle: "h23",
    });
  formats.set(timeZone, format);
  return format.formatToParts(moment);
}

function part(parts: readonly Intl.DateTimeFormatPart[], type: Intl.DateTimeFormatPartTypes): number {
  return Number(parts.find((each) => each.type === type)?.value);
}
