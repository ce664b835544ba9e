// Tells listeners of a changed count, in one sentence, and not faster than it can be read out.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { SiteCount } from "../api/types";
import { describeChange } from "./words";

const EVERY_MS = 3000;

export function Announcer({ live }: { live: SiteCount | null }) {
  const text = useSignal("");
  const state = useRef<{ told: SiteCount | null; known: SiteCount | null; timer: number }>({
    told: null,
    known: null,
    timer: 0,
  }).current;

  function tell(): void {
    state.timer = 0;
    if (!state.told || !state.known) return;
    const change = describeChange(state.told, state.known);
    state.told = state.known;
    if (!change) return;
    text.value = change;
    state.timer = window.setTimeout(tell, EVERY_MS);
  }

  useEffect(() => {
    state.known = live;
    state.told ??= live;
    if (!state.timer) tell();
  }, [live]);
  useEffect(() => () => window.clearTimeout(state.timer), []);

  return (
    <p id="announcer" class="quiet" role="status" aria-live="polite">
      {text}
    </p>
  );
}
