// Rows of history for as long as a chart shows them.

import { type ReadonlySignal, useSignal } from "@preact/signals";
import { type HistoryOf, type Level, listHistory } from "../api/floorsight";
import { Refused } from "../api/request";
import type { HistoryRow } from "../api/types";
import { usePoll } from "../app/hooks";

const EVERY_MS = 60_000;

/** Null while they are on their way; `isMissing` when the API knows no history of that. */
export interface History {
  rows: readonly HistoryRow[] | null;
  isMissing: boolean;
}

export function useHistory(
  name: string,
  of: HistoryOf,
  level: Level,
  from: number,
  to: number,
): ReadonlySignal<History> {
  const history = useSignal<History>({ rows: null, isMissing: false });
  usePoll(
    name,
    async (signal) => {
      try {
        history.value = { rows: await listHistory(of, level, from, to, signal), isMissing: false };
      } catch (error) {
        if (!(error instanceof Refused && error.status === 404)) throw error;
        history.value = { rows: [], isMissing: true };
      }
    },
    EVERY_MS,
    [of.kind, of.id, level, from, to],
  );
  return history;
}
