// Asking again and again: never twice at once, never for a tab that nobody sees, ever slower on failure.

const SLOWEST_MS = 15_000;

export class Poll {
  #ask;
  #everyMs;
  #report;
  #abort = null;
  #busy = false;
  #failures = 0;
  #timer = 0;

  /**
   * @param {(signal: AbortSignal) => Promise<void>} ask
   * @param {number} everyMs from the beginning of one to the beginning of the next
   * @param {(error: Error | null, waitMs: number) => void} report told after each try
   */
  constructor(ask, everyMs, report) {
    this.#ask = ask;
    this.#everyMs = everyMs;
    this.#report = report;
  }

  start() {
    this.#abort = new AbortController();
    document.addEventListener("visibilitychange", () => this.#goOn(), { signal: this.#abort.signal });
    this.#goOn();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#abort?.abort();
  }

  retryNow() {
    if (this.#failures) this.#goOn();
  }

  async #goOn() {
    const { signal } = this.#abort;
    clearTimeout(this.#timer);
    if (this.#busy || signal.aborted || document.hidden) return;
    this.#busy = true;
    const began = performance.now();
    let failure = null;
    try {
      await this.#ask(signal);
    } catch (error) {
      failure = error;
    }
    this.#busy = false;
    if (signal.aborted) return;
    this.#failures = failure ? this.#failures + 1 : 0;
    const waitMs = failure ? this.#backOff() : Math.max(began + this.#everyMs - performance.now(), 0);
    this.#timer = setTimeout(() => this.#goOn(), waitMs);
    this.#report(failure, waitMs);
  }

  /** Twice as long each time, a little random so that many tabs don't come back at once. */
  #backOff() {
    const waitMs = Math.min(this.#everyMs * 2 ** this.#failures, SLOWEST_MS);
    return waitMs * (0.85 + 0.3 * Math.random());
  }
}
