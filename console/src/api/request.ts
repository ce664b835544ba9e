// Requests to the API and what can go wrong with them.

import type { Schemas } from "./types";

// Beside the page itself, so that it holds under any base path.
const API = new URL("api/", document.baseURI);
const PATIENCE_MS = 10_000;

/** No answer, or one that says "later": worth another try. */
export class Unreachable extends Error {}

/** The API has understood and says no. `code` is the problem document's. */
export class Refused extends Error {
  readonly code: string;

  constructor(
    readonly status: number,
    readonly problem: Partial<Schemas["Problem"]>,
  ) {
    super(problem.detail ?? `The API answered ${status}.`);
    this.code = problem.code ?? "";
  }
}

export interface Call {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  body?: unknown;
  token?: string;
  /** For what takes long. */
  patienceMs?: number;
  signal?: AbortSignal | undefined;
}

/**
 * @param path below /api, with its query
 * @throws {Refused | Unreachable}
 */
export async function request(
  path: string,
  { method = "GET", body, token, patienceMs = PATIENCE_MS, signal }: Call,
): Promise<Response> {
  const headers = new Headers({ Accept: "application/json" });
  if (token) headers.set("Authorization", `Bearer ${token}`);
  if (body !== undefined) headers.set("Content-Type", "application/json");
  const patience = AbortSignal.timeout(patienceMs);
  const answer = await send(
    new URL(path, API),
    {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([patience, signal]) : patience,
    },
    signal,
  );
  if (answer.ok) return answer;
  if (answer.status >= 500 || answer.status === 429)
    throw new Unreachable(`The API answered ${answer.status}`);
  throw new Refused(answer.status, await answer.json().catch(() => ({})));
}

/** The JSON of an answer; nothing for an empty one. */
export async function readJson<T>(answer: Response): Promise<T> {
  try {
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  } catch {
    throw new Unreachable("The API's answer broke off");
  }
}

async function send(address: URL, options: RequestInit, signal: AbortSignal | undefined): Promise<Response> {
  try {
    return await fetch(address, options);
  } catch (error) {
    if (signal?.aborted) throw error; // nobody waits for it any more
    throw new Unreachable("Can't reach the API");
  }
}
