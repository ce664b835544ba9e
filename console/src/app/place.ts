// Where in the page one is.

import { signal } from "@preact/signals";
import { parseRoute } from "./routes";

export const route = signal(parseRoute(location.hash));

addEventListener("hashchange", () => {
  route.value = parseRoute(location.hash);
});

export function goTo(address: string): void {
  location.hash = address;
}

/** As goTo, without a step to come back to. */
export function replaceWith(address: string): void {
  history.replaceState(null, "", address);
  route.value = parseRoute(address);
}
