// Rows of the API's history as what a chart draws: columns of numbers, times in seconds.

import type { HistoryRow } from "../api/types";

export type Columns = [times: number[], ...values: (number | null)[][]];

/** Capacity in people: where it begins to be close and where it is exceeded. */
export interface Limits {
  warning: number;
  exceeded: number;
}

interface Limited {
  max_occupancy: number | null;
  warning_percent: number;
  exceeded_percent: number;
}

export function limitsOf({ max_occupancy: most, warning_percent, exceeded_percent }: Limited): Limits | null {
  if (most === null) return null;
  return { warning: (most * warning_percent) / 100, exceeded: (most * exceeded_percent) / 100 };
}

/**
 * How many were inside, from one instant to the next: rows are sparse, and what they leave out is as before.
 * @param rows oldest first
 * @param from the beginning of the day, in milliseconds as `now`
 * @param inside how many are inside at `now`
 */
export function levelsOf(rows: readonly HistoryRow[], from: number, now: number, inside: number): Columns {
  const first = rows[0];
  const steps = [
    ...(first ? [{ at: from, level: first.opening }] : []),
    ...rows.map((row) => ({ at: Math.min(Date.parse(row.end), now), level: row.closing })),
    { at: now, level: inside },
  ];
  return [steps.map(({ at }) => at / 1000), steps.map(({ level }) => Math.max(0, level))];
}

/** The most that were inside at once, and when first; null if nobody ever was. */
export function peakOf(rows: readonly HistoryRow[]): { count: number; at: string } | null {
  const best = rows.reduce<HistoryRow | null>(
    (most, row) => (row.maximum > (most?.maximum ?? 0) ? row : most),
    null,
  );
  return best && { count: best.maximum, at: best.peak_at };
}

/**
 * Bars upwards for those who came in and downwards for those who went out.
 * @param starts of all stretches of time that are to have a place, in milliseconds; rows are sparse
 */
export function flowsOf(rows: readonly HistoryRow[], starts: readonly number[]): Columns {
  const byStart = new Map(rows.map((row) => [Date.parse(row.start), row]));
  const found = starts.map((start) => byStart.get(start));
  return [
    starts.map((start) => start / 1000),
    found.map((row) => row?.entries || null),
    found.map((row) => (row?.exits ? -row.exits : null)),
  ];
}

/** Entries and exits of days, from rows of their hours. */
export function sumByDay(
  rows: readonly HistoryRow[],
  days: readonly number[],
): { in: number; out: number }[] {
  const sums = days.map(() => ({ in: 0, out: 0 }));
  for (const row of rows) {
    const start = Date.parse(row.start);
    const sum = sums[days.findLastIndex((day) => day <= start)];
    if (!sum) continue;
    sum.in += row.entries;
    sum.out += row.exits;
  }
  return sums;
}

/** Somewhat above the highest, so that it does not touch the frame. */
export function topOf(highest: number): number {
  return Math.max(4, Math.ceil(highest * 1.12));
}
