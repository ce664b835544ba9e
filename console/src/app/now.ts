// The present, for what shows how old something is.

import { computed, signal } from "@preact/signals";

const TICK_MS = 500;
const MINUTE_MS = 60_000;

/** Milliseconds since 1970 by this machine's clock. */
export const now = signal(Date.now());

/** The minute that has begun last: changes once a minute. */
export const minute = computed(() => Math.floor(now.value / MINUTE_MS) * MINUTE_MS);

setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, TICK_MS);
