// "Check it by hand": every crossing since the baseline, with a running total.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { explainCount } from "../api/floorsight";
import { SessionEnded, session } from "../api/session";
import type { Crossing, Explained } from "../api/types";
import { describeFault } from "../app/connection";
import { toError } from "../app/polling";
import { formatCount, formatTime } from "../app/words";

const PAGE_LENGTH = 200;

interface Loaded {
  page: Explained;
  rows: { crossing: Crossing; total: number }[];
}

export function Ledger({ cameraId, timeZone }: { cameraId: string; timeZone: string }) {
  const loaded = useSignal<Loaded | null>(null);
  const fault = useSignal("");
  const isOpen = useSignal(false);
  const abort = useRef(new AbortController());

  async function load(after: Loaded | null): Promise<void> {
    abort.current.abort();
    abort.current = new AbortController();
    const { signal } = abort.current;
    try {
      const page = await explainCount(cameraId, PAGE_LENGTH, after?.page.next_cursor ?? null, signal);
      signal.throwIfAborted();
      loaded.value = { page, rows: [...(after?.rows ?? []), ...addTotals(page, after)] };
      fault.value = "";
    } catch (error) {
      if (error instanceof SessionEnded) session.end(error.message);
      else if (!signal.aborted) fault.value = describeFault(toError(error));
    }
  }

  useEffect(() => {
    if (isOpen.value) void load(null);
  }, [isOpen.value]);
  useEffect(() => () => abort.current.abort(), []);

  const shown = loaded.value;
  const summary = shown && `As of ${formatTime(shown.page.as_of, timeZone)}, oldest first.`;
  return (
    <details
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary>Check it by hand</summary>
      <p class="ledger-summary muted" role="status">
        {fault.value || summary}
      </p>
      <p class="arithmetic number" data-testid="arithmetic">
        {shown?.page.arithmetic}
      </p>
      <section class="ledger-scroll" tabIndex={0} aria-label="Every crossing since the start, oldest first">
        <table class="ledger">
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Crossing</th>
              <th scope="col">Total</th>
            </tr>
          </thead>
          <tbody>
            {shown?.rows.map(({ crossing, total }) => (
              <tr key={crossing.crossing_id}>
                <td class="number">{formatTime(crossing.occurred_at, timeZone)}</td>
                <td>{describeCrossing(crossing)}</td>
                <td class="number">{formatCount(total)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p class="ledger-actions">
        {shown?.page.next_cursor && (
          <button class="button small" type="button" onClick={() => load(shown)}>
            Show more
          </button>
        )}
        <button class="button small" type="button" onClick={() => load(null)}>
          Bring up to date
        </button>
      </p>
    </details>
  );
}

function addTotals(page: Explained, after: Loaded | null): Loaded["rows"] {
  let total = after?.rows.at(-1)?.total ?? page.baseline.count;
  return page.crossings.map((crossing) => {
    total += crossing.direction === "in" ? 1 : -1;
    return { crossing, total };
  });
}

function describeCrossing({ direction, track_id }: Crossing): string {
  return `${direction === "in" ? "In (+1)" : "Out (−1)"}, track ${track_id}`;
}
