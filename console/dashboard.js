// What one sees after signing in: which site and camera, and what is asked for how often.

import { Refused } from "./api.js";
import { CameraPicture } from "./camera_picture.js";
import { Connection } from "./connection.js";
import { Announcer, clearCamera, clearSite, showCamera, showSite } from "./counts.js";
import { Crossings } from "./crossings.js";
import { Ledger } from "./ledger.js";
import { copyTemplate, element, setNumber, setText, showList } from "./page.js";
import { Poll } from "./polling.js";
import { SessionEnded } from "./session.js";
import { formatCount, formatTime } from "./words.js";

const SITES_EVERY_MS = 60_000;
const COUNTS_EVERY_MS = 1000;
const PICTURE_EVERY_MS = 700;
const TICK_MS = 500;
const CROSSINGS_SHOWN = 20;
// The list is asked for only when a count has changed, but then for a few seconds more, in case the list is
// behind the count; and now and then in any case, because links to pictures expire.
const CROSSINGS_FOLLOW_MS = 3000;
const CROSSINGS_REFRESH_MS = 120_000;

export class Dashboard {
  #session;
  #onEnded;
  #connection = new Connection();
  #picture = new CameraPicture();
  #crossings = new Crossings();
  #announcer = new Announcer();
  #ledger;
  #polls = new Map();
  #ticker = 0;
  #sites = [];
  #site = null;
  #cameraId = null;
  #countsSeen = "";
  #listDueUntil = 0;
  #listedAt = -Infinity;

  /** @param {(message: string) => void} onEnded the session is over, and why */
  constructor(session, onEnded) {
    this.#session = session;
    this.#onEnded = onEnded;
    this.#ledger = new Ledger(session, (error) => this.#explain(error));
    element("sign-out").addEventListener("click", () => {
      session.signOut();
      onEnded("You are signed out.");
    });
    element("retry-now").addEventListener("click", () => this.#polls.forEach((poll) => poll.retryNow()));
    element("site-select").addEventListener("change", (event) => this.#chooseSite(event.target.value));
  }

  start() {
    element("dashboard").hidden = false;
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
    this.#poll("sites", (signal) => this.#updateSites(signal), SITES_EVERY_MS);
  }

  stop() {
    element("dashboard").hidden = true;
    clearInterval(this.#ticker);
    [...this.#polls.keys()].forEach((name) => this.#unpoll(name));
    this.#connection.reset();
    this.#site = null;
    this.#sites = [];
    this.#forgetCamera();
    this.#announcer.reset();
    clearSite();
    document.title = "Floorsight";
  }

  async #updateSites(signal) {
    const me = await this.#session.get("me", signal);
    const { items } = await this.#session.get("sites?limit=500", signal);
    signal.throwIfAborted();
    setText(element("account-name"), me.username);
    this.#sites = items;
    element("site-picker").hidden = items.length < 2;
    showList(element("site-select"), items, (site) => site.site_id, () => document.createElement("option"),
      (option, site) => { option.value = site.site_id; setText(option, site.name); });
    if (!items.length) this.#saySomethingIsMissing("There is no site yet. An operator adds the first one.");
    if (items.length && !items.some((site) => site.site_id === this.#site?.site_id)) {
      this.#chooseSite(readPlace().get("site") ?? items[0].site_id);
    }
  }

  #chooseSite(siteId) {
    this.#site = this.#sites.find((site) => site.site_id === siteId) ?? this.#sites[0];
    element("site-select").value = this.#site.site_id;
    setText(element("site-name"), this.#site.name);
    this.#forgetCamera();
    this.#announcer.reset();
    clearSite();
    this.#tick();
    this.#poll("counts", (signal) => this.#updateCounts(signal), COUNTS_EVERY_MS);
  }

  async #updateCounts(signal) {
    const query = new URLSearchParams({ site_id: this.#site.site_id });
    const live = await this.#session.get(`occupancy/live?${query}`, signal);
    signal.throwIfAborted();
    showSite(this.#site, live);
    this.#announcer.update(live);
    const hasCamera = live.cameras.length > 0;
    this.#saySomethingIsMissing(hasCamera ? "" : "This site has no camera yet. An operator adds the first one.");
    const camera = this.#currentCamera(live.cameras);
    this.#showCameraChoices(live.cameras);
    if (!camera) return;
    showCamera(camera, this.#site.time_zone);
    this.#picture.showLines(camera.lines);
    this.#crossings.setNames(this.#site.time_zone, camera.lines);
    await this.#updateCrossings(camera, signal);
  }

  #currentCamera(cameras) {
    const wanted = this.#cameraId ?? readPlace().get("camera");
    const camera = cameras.find((each) => each.camera_id === wanted) ?? cameras[0];
    if (camera && camera.camera_id !== this.#cameraId) this.#chooseCamera(camera.camera_id);
    return camera;
  }

  #chooseCamera(cameraId) {
    this.#forgetCamera();
    this.#cameraId = cameraId;
    writePlace(this.#site.site_id, cameraId);
    this.#ledger.setCamera(cameraId, this.#site.time_zone);
    this.#poll("picture", (signal) => this.#updatePicture(cameraId, signal), PICTURE_EVERY_MS);
  }

  #forgetCamera() {
    this.#unpoll("picture");
    this.#cameraId = null;
    this.#countsSeen = "";
    this.#listedAt = -Infinity;
    this.#picture.clear();
    this.#crossings.clear();
    clearCamera();
    this.#ledger.setCamera(null, "UTC");
  }

  async #updatePicture(cameraId, signal) {
    const path = `occupancy/cameras/${encodeURIComponent(cameraId)}/view`;
    await this.#picture.update(() => this.#session.get(path, signal), signal);
  }

  async #updateCrossings(camera, signal) {
    const counts = [camera.entries, camera.exits, camera.baseline.at, camera.last_crossing_at].join();
    const now = performance.now();
    if (counts !== this.#countsSeen) this.#listDueUntil = now + CROSSINGS_FOLLOW_MS;
    this.#countsSeen = counts;
    if (now > this.#listDueUntil && now - this.#listedAt < CROSSINGS_REFRESH_MS) return;
    const path = `occupancy/cameras/${encodeURIComponent(camera.camera_id)}/crossings?limit=${CROSSINGS_SHOWN}`;
    const { items } = await this.#session.get(path, signal);
    signal.throwIfAborted();
    if (camera.camera_id !== this.#cameraId) return; // another was chosen meanwhile
    this.#listedAt = now;
    this.#crossings.show(items);
    this.#picture.showCrossings(items);
  }

  #showCameraChoices(cameras) {
    element("camera-picker").hidden = cameras.length < 2;
    showList(element("camera-choices"), cameras, (camera) => camera.camera_id, (camera) => {
      const choice = copyTemplate("camera-template");
      choice.querySelector("input").addEventListener("change", () => {
        this.#chooseCamera(camera.camera_id);
        this.#poll("counts", (signal) => this.#updateCounts(signal), COUNTS_EVERY_MS);
      });
      return choice;
    }, (choice, camera) => {
      choice.querySelector("input").checked = camera.camera_id === this.#cameraId;
      setText(choice.querySelector("span"), camera.name);
      setNumber(choice.querySelector("b"), camera.raw, formatCount(camera.raw));
    });
  }

  #saySomethingIsMissing(message) {
    element("nothing").hidden = !message;
    element("board").hidden = Boolean(message);
    setText(element("nothing"), message);
  }

  #tick() {
    this.#connection.show();
    this.#picture.tick();
    if (!this.#site) return;
    setText(element("site-clock"), formatTime(Date.now(), this.#site.time_zone));
    setText(element("site-zone"), this.#site.time_zone.replaceAll("_", " "));
  }

  #poll(name, ask, everyMs) {
    this.#unpoll(name);
    const report = this.#connection.reporter(name);
    const poll = new Poll(ask, everyMs, (error, waitMs) => {
      if (error instanceof SessionEnded) this.#explain(error);
      else report(error, waitMs);
    });
    this.#polls.set(name, poll);
    poll.start();
  }

  #unpoll(name) {
    this.#polls.get(name)?.stop();
    this.#polls.delete(name);
    this.#connection.forget(name);
  }

  #explain(error) {
    if (error instanceof SessionEnded) {
      this.#session.signOut();
      this.#onEnded("Your session has ended. Sign in again to go on.");
    }
    return error instanceof Refused ? `The API refused: ${error.message}` : error.message;
  }
}

/** Site and camera stand in the address's fragment, so that a reload or a bookmark finds them again. */
function readPlace() {
  return new URLSearchParams(location.hash.slice(1));
}

function writePlace(site, camera) {
  history.replaceState(null, "", `#${new URLSearchParams({ site, camera })}`);
}
