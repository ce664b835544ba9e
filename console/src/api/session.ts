// Who is signed in. The tokens live as long as the browser's tab.

import { signal } from "@preact/signals";
import { type Call, Refused, readJson, request } from "./request";
import type { Schemas } from "./types";

const STORAGE_KEY = "floorsight.session";
const RENEW_EARLY_MS = 60_000;

/** The refresh token is no longer good: somebody must sign in again. */
export class SessionEnded extends Error {
  constructor() {
    super("Your session has ended. Sign in again to go on.");
  }
}

interface Tokens {
  idToken: string;
  refreshToken: string;
  renewAt: number;
}

class Session {
  /** What to tell whoever must sign in. */
  readonly farewell = signal("");
  readonly #tokens = signal<Tokens | null>(JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "null"));
  #renewal: Promise<void> | null = null;

  get isOpen(): boolean {
    return this.#tokens.value !== null;
  }

  /** @throws {Refused | Unreachable} */
  async signIn(username: string, password: string, newPassword: string): Promise<void> {
    const body = { username, password, ...(newPassword ? { new_password: newPassword } : {}) };
    this.#keep(await readJson(await request("login", { method: "POST", body })));
  }

  end(farewell: string): void {
    this.farewell.value = farewell;
    this.#tokens.value = null;
    sessionStorage.removeItem(STORAGE_KEY);
  }

  /**
   * Ask the API as whoever is signed in.
   * @throws {SessionEnded | Refused | Unreachable}
   */
  async call(path: string, call: Call = {}): Promise<Response> {
    if (Date.now() >= this.#open().renewAt) await this.#renew();
    const sent = this.#open().idToken;
    try {
      return await request(path, { ...call, token: sent });
    } catch (error) {
      if (!isUnauthenticated(error)) throw error;
    }
    // The clock here may be wrong, or the token was revoked: one try with a new one. Another request may
    // have fetched that already.
    if (this.#open().idToken === sent) await this.#renew();
    try {
      return await request(path, { ...call, token: this.#open().idToken });
    } catch (error) {
      throw isUnauthenticated(error) ? new SessionEnded() : error;
    }
  }

  #open(): Tokens {
    const tokens = this.#tokens.peek();
    if (!tokens) throw new SessionEnded();
    return tokens;
  }

  /** One renewal at a time, however many requests need it. */
  #renew(): Promise<void> {
    this.#renewal ??= this.#fetchTokens().finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  async #fetchTokens(): Promise<void> {
    const before = this.#open();
    try {
      const body = { refresh_token: before.refreshToken };
      const answer = await readJson<Schemas["RenewedTokens"]>(
        await request("login/refresh", { method: "POST", body }),
      );
      if (this.#tokens.peek() === before) this.#keep({ ...body, ...answer });
    } catch (error) {
      throw error instanceof Refused ? new SessionEnded() : error;
    }
  }

  #keep(answer: Schemas["SessionTokens"]): void {
    const lifeMs = answer.expires_in_seconds * 1000;
    const tokens = {
      idToken: answer.id_token,
      refreshToken: answer.refresh_token,
      renewAt: Date.now() + Math.max(lifeMs - RENEW_EARLY_MS, lifeMs / 2),
    };
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify(tokens));
    this.#tokens.value = tokens;
  }
}

function isUnauthenticated(error: unknown): boolean {
  return error instanceof Refused && error.status === 401;
}

export const session = new Session();
