// The present, for what shows how old something is.

import { signal } from "@preact/signals";

const TICK_MS = 500;

/** Milliseconds since 1970 by this machine's clock. */
export const now = signal(Date.now());

setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, TICK_MS);
