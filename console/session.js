// Who is signed in. The tokens live as long as the browser's tab.

import { Refused, request } from "./api.js";

const STORAGE_KEY = "floorsight.session";
const RENEW_EARLY_MS = 60_000;

/** The refresh token is no longer good: somebody must sign in again. */
export class SessionEnded extends Error {}

export class Session {
  #tokens;
  #renewal = null;

  constructor() {
    this.#tokens = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "null");
  }

  get isOpen() {
    return this.#tokens !== null;
  }

  /** @throws {Refused | Unreachable} */
  async signIn(username, password, newPassword) {
    const body = { username, password, ...(newPassword ? { new_password: newPassword } : {}) };
    this.#keep(await request("login", { body }));
  }

  signOut() {
    this.#tokens = null;
    sessionStorage.removeItem(STORAGE_KEY);
  }

  /**
   * Ask the API as whoever is signed in.
   * @throws {SessionEnded | Refused | Unreachable}
   */
  async get(path, signal) {
    if (Date.now() >= this.#open().renewAt) await this.#renew();
    const sent = this.#open().idToken;
    try {
      return await request(path, { token: sent, signal });
    } catch (error) {
      if (!(error instanceof Refused && error.status === 401)) throw error;
    }
    // The clock here may be wrong, or the token was revoked: one try with a new one. Another request may
    // have fetched that already.
    if (this.#open().idToken === sent) await this.#renew();
    try {
      return await request(path, { token: this.#open().idToken, signal });
    } catch (error) {
      throw error instanceof Refused && error.status === 401 ? new SessionEnded() : error;
    }
  }

  #open() {
    if (!this.#tokens) throw new SessionEnded();
    return this.#tokens;
  }

  /** One renewal at a time, however many requests need it. */
  #renew() {
    this.#renewal ??= this.#fetchTokens().finally(() => { this.#renewal = null; });
    return this.#renewal;
  }

  async #fetchTokens() {
    const before = this.#open();
    try {
      const answer = await request("login/refresh", { body: { refresh_token: before.refreshToken } });
      if (this.#tokens === before) this.#keep({ refresh_token: before.refreshToken, ...answer });
    } catch (error) {
      throw error instanceof Refused ? new SessionEnded() : error;
    }
  }

  #keep(answer) {
    const lifeMs = answer.expires_in_seconds * 1000;
    this.#tokens = {
      idToken: answer.id_token,
      refreshToken: answer.refresh_token,
      renewAt: Date.now() + Math.max(lifeMs - RENEW_EARLY_MS, lifeMs / 2),
    };
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify(this.#tokens));
  }
}
