// The chosen camera's latest picture, what is drawn over it, and how old it is.

import { Refused } from "./api.js";
import { drawOverlay } from "./overlay.js";
import { element, setText } from "./page.js";
import { formatAge } from "./words.js";

const STALE_SECONDS = 10; // pictures come with each chunk of video, every one or two seconds
const JUST_CROSSED_SECONDS = 3;

export class CameraPicture {
  #view = null;
  #answeredAt = 0;
  #lines = [];
  #crossings = [];
  #loadFailed = false;

  constructor() {
    new ResizeObserver(() => this.#draw()).observe(element("overlay"));
  }

  /** Forget the camera that was shown. */
  clear() {
    this.#view = null;
    this.#lines = [];
    this.#crossings = [];
    this.#loadFailed = false;
    this.#frame.hidden = true;
    this.tick();
    this.#draw();
  }

  /**
   * Fetch the latest picture and show it once it is there whole, together with its own boxes.
   * @param {() => Promise<any>} getView
   */
  async update(getView, signal) {
    let view;
    try {
      view = await getView();
    } catch (error) {
      if (!(error instanceof Refused && error.code === "no_view_yet")) throw error;
      return;
    }
    const answeredAt = performance.now();
    if (view.captured_at !== this.#view?.captured_at) await this.#load(view, signal);
    signal.throwIfAborted();
    if (view.captured_at === this.#view?.captured_at) {
      this.#view = view;
      this.#answeredAt = answeredAt;
    }
    this.tick();
  }

  showLines(lines) {
    this.#lines = lines;
    this.#draw();
  }

  showCrossings(crossings) {
    this.#crossings = crossings;
    this.#draw();
  }

  /** Says how old the picture is; called every second or so. */
  tick() {
    const age = this.#view && this.#view.lag_seconds + (performance.now() - this.#answeredAt) / 1000;
    const state = age === null ? "waiting" : age > STALE_SECONDS ? "stale" : "live";
    element("picture").dataset.state = state;
    element("picture-age").dataset.state = state;
    setText(element("picture-age"), describeAge(state, age));
    if (state !== "live") this.#explainState(state, age);
  }

  get #frame() {
    return element("frame");
  }

  async #load(view, signal) {
    const next = this.#frame.cloneNode();
    next.src = view.image_url;
    this.#loadFailed = false;
    try {
      await next.decode();
    } catch {
      // The worker may have overwritten it meanwhile; the next answer names a newer one.
      this.#loadFailed = true;
      return;
    }
    signal.throwIfAborted();
    next.hidden = false;
    next.width = view.width;
    next.height = view.height;
    this.#frame.replaceWith(next);
    this.#view = view;
    this.#answeredAt = performance.now();
    this.#draw();
  }

  #explainState(state, age) {
    const [title, text] = state === "stale"
      ? [`Picture is ${formatAge(age)} old`, "No newer one has come yet. The camera may have stopped sending."]
      : ["Waiting for the first picture", this.#loadFailed
        ? "The API has named a picture, but the store did not hand it over. Trying again."
        : "A camera sends pictures only while somebody watches; it takes a few seconds to begin."];
    setText(element("picture-note-title"), title);
    setText(element("picture-note-text"), text);
  }

  #draw() {
    const tracks = this.#view?.tracks ?? [];
    const canvas = element("overlay");
    drawOverlay(canvas, { tracks, lines: this.#lines, crossed: this.#justCrossed() });
    const label = describeScene(this.#view, tracks, this.#lines);
    if (canvas.getAttribute("aria-label") !== label) canvas.setAttribute("aria-label", label);
  }

  #justCrossed() {
    const shownAt = this.#view ? new Date(this.#view.captured_at).getTime() : 0;
    const recent = this.#crossings.filter(
      (crossing) => Math.abs(shownAt - new Date(crossing.occurred_at).getTime()) < JUST_CROSSED_SECONDS * 1000,
    );
    return new Map(recent.map((crossing) => [crossing.track_id, crossing.direction]));
  }
}

function describeAge(state, age) {
  return state === "waiting" ? "No picture yet" : `Picture ${formatAge(age)} old`;
}

function describeScene(view, tracks, lines) {
  if (!view) return "No picture yet";
  const counts = lines.map((line) => `line ${line.name}: ${line.entries} in, ${line.exits} out`);
  return [`Camera picture with ${tracks.length} tracked`, ...counts].join("; ");
}
