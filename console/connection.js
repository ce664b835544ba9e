// The status row: is what one sees live?

import { Refused } from "./api.js";
import { element, setText } from "./page.js";

export class Connection {
  #faults = new Map(); // by what was asked for: message, and when it is asked for again
  #answered = false;

  /** What a poll should report to. */
  reporter(name) {
    return (error, waitMs) => {
      if (error) this.#faults.set(name, { message: describe(error), againAt: performance.now() + waitMs });
      else this.#faults.delete(name);
      this.#answered ||= !error;
      this.show();
    };
  }

  /** Nothing is asked for under that name any more. */
  forget(name) {
    this.#faults.delete(name);
  }

  reset() {
    this.#faults.clear();
    this.#answered = false;
    this.show();
  }

  /** Called on every tick as well, for the seconds to go down. */
  show() {
    const faults = [...this.#faults.values()];
    const state = faults.length ? "failing" : this.#answered ? "live" : "connecting";
    element("connection").dataset.state = state;
    element("board").dataset.state = state;
    const texts = { failing: faults[0]?.message, live: "Live", connecting: "Connecting…" };
    setText(element("connection-text"), texts[state]);
    const soonest = Math.min(...faults.map((fault) => fault.againAt)) - performance.now();
    const waiting = faults.length && soonest > 500;
    setText(element("connection-wait"), waiting ? `in ${Math.ceil(soonest / 1000)} s` : "");
    element("retry-now").hidden = !faults.length;
  }
}

function describe(error) {
  const what = error instanceof Refused ? `The API refused: ${error.message}` : error.message;
  return `${what} – retrying`;
}
