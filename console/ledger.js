// "Check it by hand": every crossing since the baseline, with a running total.

import { copyTemplate, element, setText } from "./page.js";
import { formatCount, formatTime } from "./words.js";

const PAGE_LENGTH = 200;

export class Ledger {
  #session;
  #onError;
  #cameraId = null;
  #timeZone = "UTC";
  #cursor = null;
  #total = 0;
  #abort = new AbortController();

  /** @param {(error: Error) => string} onError what to say of it, if the session goes on */
  constructor(session, onError) {
    this.#session = session;
    this.#onError = onError;
    element("ledger").addEventListener("toggle", () => { if (this.#isOpen) this.#reload(); });
    element("ledger-refresh").addEventListener("click", () => this.#reload());
    element("ledger-more").addEventListener("click", () => this.#load(this.#cursor));
  }

  setCamera(cameraId, timeZone) {
    this.#abort.abort();
    this.#cameraId = cameraId;
    this.#timeZone = timeZone;
    this.#empty();
    if (cameraId && this.#isOpen) this.#reload();
  }

  get #isOpen() {
    return element("ledger").open;
  }

  #empty() {
    element("ledger-rows").replaceChildren();
    element("ledger-more").hidden = true;
    setText(element("arithmetic"), "");
    setText(element("ledger-summary"), "");
  }

  #reload() {
    return this.#load(null);
  }

  async #load(cursor) {
    if (!this.#cameraId) return;
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    const query = new URLSearchParams({ limit: String(PAGE_LENGTH), ...(cursor ? { cursor } : {}) });
    const camera = encodeURIComponent(this.#cameraId);
    try {
      const page = await this.#session.get(`occupancy/cameras/${camera}/live/explain?${query}`, signal);
      signal.throwIfAborted();
      this.#show(page, cursor === null);
    } catch (error) {
      if (!signal.aborted) setText(element("ledger-summary"), this.#onError(error));
    }
  }

  #show(page, isFirst) {
    const rows = element("ledger-rows");
    if (isFirst) {
      rows.replaceChildren();
      this.#total = page.baseline.count;
    }
    rows.append(...page.crossings.map((crossing) => this.#makeRow(crossing)));
    this.#cursor = page.next_cursor;
    element("ledger-more").hidden = page.next_cursor === null;
    setText(element("arithmetic"), page.arithmetic);
    setText(element("ledger-summary"), `As of ${formatTime(page.as_of, this.#timeZone)}, oldest first.`);
  }

  #makeRow(crossing) {
    const row = copyTemplate("ledger-template");
    const [time, what, total] = row.children;
    const change = crossing.direction === "in" ? 1 : -1;
    this.#total += change;
    setText(time, formatTime(crossing.occurred_at, this.#timeZone));
    setText(what, `${change > 0 ? "In (+1)" : "Out (−1)"}, track ${crossing.track_id}`);
    setText(total, formatCount(this.#total));
    return row;
  }
}
