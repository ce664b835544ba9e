// A log that goes on while one reads it: what is new waits until it is asked for, so that nothing moves.

// A page that stays open for weeks doesn't grow for weeks.
const MOST_SHOWN = 300;

interface Entry {
  decision_id: string;
  first_seen_at: string;
}

/** Newest first. `cursor` leads to what is older, null where the log begins. */
export interface Log<E extends Entry> {
  shown: readonly E[];
  cursor: string | null;
  /** What has come and is not shown yet. */
  held: readonly E[];
  /** So much has come that there is a gap between the two: then what is held, and its cursor, begin anew. */
  restart: { cursor: string | null } | null;
}

export function startLog<E extends Entry>(page: readonly E[], cursor: string | null): Log<E> {
  return { shown: inOrder(page), cursor, held: [], restart: null };
}

/**
 * The log with its newest page as it is now. What is known changes in its place.
 * @param holds whether what is new is to wait
 */
export function takePage<E extends Entry>(
  log: Log<E>,
  page: readonly E[],
  cursor: string | null,
  holds: boolean,
): Log<E> {
  const fresh = new Map(page.map((entry) => [entry.decision_id, entry]));
  const shown = log.shown.map((entry) => fresh.get(entry.decision_id) ?? entry);
  const isShown = new Set(shown.map((entry) => entry.decision_id));
  const restarts = cursor !== null && ![...log.held, ...shown].some((entry) => fresh.has(entry.decision_id));
  if (!holds && shown.length > MOST_SHOWN) return startLog(page, cursor);
  if (restarts || log.restart) {
    const behind = { ...log, shown, held: inOrder(page), restart: { cursor } };
    return holds ? behind : showHeld(behind);
  }
  // What is older than all that is shown comes with a page that was not asked for yet.
  const oldest = log.cursor === null ? undefined : shown.at(-1)?.first_seen_at;
  const held = inOrder([...log.held, ...page]).filter(
    (entry) =>
      !isShown.has(entry.decision_id) && (oldest === undefined || isAtOrAfter(entry.first_seen_at, oldest)),
  );
  const next = { ...log, shown, held };
  return holds ? next : showHeld(next);
}

/** With what has waited. */
export function showHeld<E extends Entry>(log: Log<E>): Log<E> {
  if (log.restart) return startLog(log.held, log.restart.cursor);
  return log.held.length ? { ...log, shown: inOrder([...log.held, ...log.shown]), held: [] } : log;
}

/** With the page that follows. */
export function addOlder<E extends Entry>(log: Log<E>, page: readonly E[], cursor: string | null): Log<E> {
  return { ...log, shown: inOrder([...log.shown, ...page]), cursor };
}

/** Each once, as it came last; newest first. */
function inOrder<E extends Entry>(entries: readonly E[]): E[] {
  const byId = new Map(entries.map((entry) => [entry.decision_id, entry]));
  return [...byId.values()].toSorted(
    (one, other) =>
      Date.parse(other.first_seen_at) - Date.parse(one.first_seen_at) ||
      other.decision_id.localeCompare(one.decision_id),
  );
}

function isAtOrAfter(moment: string, other: string): boolean {
  return Date.parse(moment) >= Date.parse(other);
}
