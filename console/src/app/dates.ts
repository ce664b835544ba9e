// Local dates (2026-03-02) and months (2026-03) as the API writes them: without a time, so without a zone.

const LOCALE = "en-GB";
const DAY_MS = 86_400_000;

export function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && textOf(asUtc(text)) === text;
}

export function isMonth(text: string): boolean {
  return isDate(`${text}-01`);
}

/** The date that a zone's clocks show at an instant. */
export function dateAt(moment: number | string | Date, timeZone: string): string {
  return new Date(moment).toLocaleDateString("en-CA", { timeZone, calendar: "gregory" });
}

export function monthOf(date: string): string {
  return date.slice(0, 7);
}

export function addDays(date: string, days: number): string {
  return textOf(asUtc(date) + days * DAY_MS);
}

export function addMonths(month: string, months: number): string {
  const [year, number] = month.split("-").map(Number) as [number, number];
  return monthOf(textOf(Date.UTC(year, number - 1 + months, 1)));
}

/** All dates of a month, in order. */
export function datesOf(month: string): string[] {
  const dates = [];
  for (let date = `${month}-01`; monthOf(date) === month; date = addDays(date, 1)) dates.push(date);
  return dates;
}

/** 1 is Monday, 7 Sunday, as the API numbers them. */
export function weekdayOf(date: string): number {
  return new Date(asUtc(date)).getUTCDay() || 7;
}

/** Such as Monday, 2 March 2026. */
export function formatLongDate(date: string): string {
  return format(date, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}

/** Such as 2 Mar 2026. */
export function formatDate(date: string): string {
  return format(date, { day: "numeric", month: "short", year: "numeric" });
}

/** Such as Mon 2. */
export function formatDayOfMonth(date: string): string {
  return format(date, { weekday: "short", day: "numeric" });
}

/** Such as March 2026. */
export function formatMonth(month: string): string {
  return format(`${month}-01`, { month: "long", year: "numeric" });
}

/** Such as Mon. */
export function formatWeekdayName(weekday: number): string {
  return format(addDays("2026-03-01", weekday), { weekday: "short" });
}

function format(date: string, options: Intl.DateTimeFormatOptions): string {
  return new Date(asUtc(date)).toLocaleDateString(LOCALE, { ...options, timeZone: "UTC" });
}

function asUtc(date: string): number {
  return Date.parse(`${date}T00:00:00Z`);
}

function textOf(utc: number): string {
  return Number.isNaN(utc) ? "" : new Date(utc).toISOString().slice(0, 10);
}

/** What a zone's clocks show at an instant, as an input for date and time takes it. */
export function wallTimeAt(moment: number | string | Date, timeZone: string): string {
  const options = { timeZone, calendar: "gregory", hourCycle: "h23" } as const;
  return new Date(moment).toLocaleString("sv-SE", options).replace(" ", "T");
}
