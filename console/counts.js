// The numbers: of the site, of the chosen camera, of its lines, and how they came about.

import { clearNumber, copyTemplate, element, setNumber, setText, showList } from "./page.js";
import { explainCount, formatCount } from "./words.js";

const CAMERA_NUMBERS = ["camera-occupancy", "camera-entries", "camera-exits",
  "sum-baseline", "sum-entries", "sum-exits", "sum-shown"];
const SITE_NUMBERS = ["site-occupancy", "site-entries", "site-exits"];

export function clearSite() {
  for (const id of SITE_NUMBERS) clearNumber(element(id));
  element("camera-choices").replaceChildren();
}

export function clearCamera() {
  for (const id of CAMERA_NUMBERS) clearNumber(element(id));
  element("lines").replaceChildren();
  setText(element("explain-words"), "");
}

export function showSite(site, live) {
  setText(element("site-name"), site.name);
  setNumber(element("site-occupancy"), live.occupancy);
  setNumber(element("site-entries"), live.entries);
  setNumber(element("site-exits"), live.exits);
  document.title = `${live.occupancy} inside · ${site.name} · Floorsight`;
  const several = live.cameras.length > 1;
  element("site-sum").hidden = !several;
  if (several) setText(element("site-sum"), describeSum(live));
}

export function showCamera(camera, timeZone) {
  setText(element("camera-name"), camera.name);
  setNumber(element("camera-occupancy"), camera.occupancy);
  setNumber(element("camera-entries"), camera.entries);
  setNumber(element("camera-exits"), camera.exits);
  setNumber(element("sum-baseline"), camera.baseline.count);
  setNumber(element("sum-entries"), camera.entries);
  setNumber(element("sum-exits"), camera.exits);
  setNumber(element("sum-shown"), camera.raw, formatCount(camera.raw));
  setText(element("sum-label"), camera.raw < 0 ? "shown as 0" : "inside");
  setText(element("explain-words"), explainCount(camera, timeZone));
  showList(element("lines"), camera.lines, (line) => line.line_id, () => copyTemplate("line-template"), showLine);
}

function showLine(row, line) {
  const [name, entries, exits] = row.children;
  setText(name, line.name);
  setNumber(entries, line.entries);
  setNumber(exits, line.exits);
}

/** The site's number as the sum over its cameras, negative ones included. */
function describeSum(live) {
  const terms = live.cameras.map((camera) => `${camera.name}: ${formatCount(camera.raw)}`).join("; ");
  const sum = live.raw < 0 ? `${formatCount(live.raw)}, shown as 0` : formatCount(live.raw);
  return `The site is the sum of its cameras (${terms}), which is ${sum}. Below is the chosen camera.`;
}

const ANNOUNCE_EVERY_MS = 3000;

/** Tells listeners of a changed count, in one sentence, and not faster than it can be read out. */
export class Announcer {
  #told = null;
  #known = null;
  #timer = 0;

  reset() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#told = this.#known = null;
    setText(element("announcer"), "");
  }

  update(live) {
    this.#known = live;
    this.#told ??= live;
    if (!this.#timer && describeChange(this.#told, live)) this.#tell();
  }

  #tell() {
    const text = describeChange(this.#told, this.#known);
    this.#told = this.#known;
    this.#timer = 0;
    if (!text) return;
    setText(element("announcer"), text);
    this.#timer = setTimeout(() => this.#tell(), ANNOUNCE_EVERY_MS);
  }
}

function describeChange(before, now) {
  const parts = [[now.entries - before.entries, "in"], [now.exits - before.exits, "out"]]
    .filter(([change]) => change > 0)
    .map(([change, way]) => `${change} ${way}`);
  if (!parts.length && now.occupancy === before.occupancy) return "";
  return `${[...parts, `${now.occupancy} inside now`].join(", ")}.`;
}
