// The list of the last crossings, and the picture of one.

import { copyTemplate, element, setText, showList } from "./page.js";
import { formatShare, formatTime } from "./words.js";

export class Crossings {
  #timeZone = "UTC";
  #labels = new Map(); // what a line's two directions are called

  constructor() {
    const dialog = element("snapshot");
    // A click beside the picture closes it, as people expect; the keyboard has Escape.
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    element("snapshot-image").addEventListener("error", () => {
      setText(element("snapshot-note"), "The picture could not be loaded; it may have expired.");
    });
  }

  setNames(timeZone, lines) {
    this.#timeZone = timeZone;
    this.#labels = new Map(lines.map((line) => [line.line_id, { in: line.in_label, out: line.out_label }]));
  }

  clear() {
    this.show([]);
    element("snapshot").close();
  }

  /** @param {any[]} crossings newest first */
  show(crossings) {
    element("crossings-empty").hidden = crossings.length > 0;
    showList(
      element("crossings"),
      crossings,
      (crossing) => crossing.crossing_id,
      () => this.#makeRow(),
      (row, crossing) => this.#fillRow(row, crossing),
    );
  }

  #makeRow() {
    const row = copyTemplate("crossing-template");
    const image = row.querySelector("img");
    image.addEventListener("load", () => { image.hidden = false; });
    image.addEventListener("error", () => { image.hidden = true; });
    row.querySelector("button").addEventListener("click", () => this.#open(row.crossing));
    return row;
  }

  #fillRow(row, crossing) {
    row.crossing = crossing; // links to pictures expire: the newest answer has the freshest
    row.dataset.direction = crossing.direction;
    row.querySelector(".direction use").setAttribute("href", `#icon-${crossing.direction}`);
    setText(row.querySelector("b"), this.#word(crossing));
    setText(row.querySelector(".line-name"), crossing.line_name ?? "a line that is no more");
    setText(row.querySelector(".facts"), `track ${crossing.track_id} · ${formatShare(crossing.confidence)} sure`);
    const time = row.querySelector("time");
    time.dateTime = crossing.occurred_at;
    setText(time, formatTime(crossing.occurred_at, this.#timeZone));
    const button = row.querySelector("button");
    button.disabled = !crossing.snapshot_url;
    button.setAttribute("aria-label", `Picture of track ${crossing.track_id}, ${this.#word(crossing)}`);
    const image = row.querySelector("img");
    if (crossing.snapshot_url && !image.src) image.src = crossing.snapshot_url;
  }

  #open(crossing) {
    setText(element("snapshot-title"), `Track ${crossing.track_id} · ${this.#word(crossing)}`);
    const when = formatTime(crossing.occurred_at, this.#timeZone);
    const line = crossing.line_name ?? "a line that is no more";
    setText(element("snapshot-note"), `${line}, ${when}, ${formatShare(crossing.confidence)} sure`);
    const image = element("snapshot-image");
    image.src = crossing.snapshot_url;
    image.alt = `Track ${crossing.track_id} at the moment of crossing`;
    element("snapshot").showModal();
  }

  /** As the line calls it; a line may call "in" what it likes. */
  #word(crossing) {
    const label = this.#labels.get(crossing.line_id)?.[crossing.direction] ?? crossing.direction;
    return label.charAt(0).toUpperCase() + label.slice(1);
  }
}
