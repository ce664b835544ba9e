// Asking again and again: never twice at once, never for a tab that nobody sees, ever slower on failure.

const SLOWEST_MS = 15_000;
// What is asked for seldom is asked for again soon, too: a function that was just started answers then.
const SOON_MS = 1000;

export type Report = (error: Error | null, waitMs: number) => void;

export class Poll {
  readonly #ask: (signal: AbortSignal) => Promise<void>;
  readonly #everyMs: number;
  readonly #report: Report;
  readonly #abort = new AbortController();
  #busy = false;
  #again = false;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param everyMs from the beginning of one to the beginning of the next
   * @param report told after each try
   */
  constructor(ask: (signal: AbortSignal) => Promise<void>, everyMs: number, report: Report) {
    this.#ask = ask;
    this.#everyMs = everyMs;
    this.#report = report;
  }

  start(): void {
    document.addEventListener("visibilitychange", () => this.#goOn(), { signal: this.#abort.signal });
    this.#goOn();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#abort.abort();
  }

  retryNow(): void {
    if (this.#failures) this.#goOn();
  }

  /** Something was changed: what is on its way now may be out of date already. */
  askNow(): void {
    this.#again = this.#busy;
    this.#goOn();
  }

  async #goOn(): Promise<void> {
    const { signal } = this.#abort;
    clearTimeout(this.#timer);
    if (this.#busy || signal.aborted || document.hidden) return;
    this.#busy = true;
    const began = performance.now();
    const failure = await this.#ask(signal).then(() => null, toError);
    this.#busy = false;
    if (signal.aborted) return;
    this.#failures = failure ? this.#failures + 1 : 0;
    const restMs = this.#again ? 0 : Math.max(began + this.#everyMs - performance.now(), 0);
    const waitMs = failure ? this.#backOff() : restMs;
    this.#again = false;
    this.#timer = setTimeout(() => this.#goOn(), waitMs);
    this.#report(failure, waitMs);
  }

  /** Twice as long each time, a little random so that many tabs don't come back at once. */
  #backOff(): number {
    const waitMs = Math.min(Math.min(this.#everyMs, SOON_MS) * 2 ** this.#failures, SLOWEST_MS);
    return waitMs * (0.85 + 0.3 * Math.random());
  }
}

export function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
