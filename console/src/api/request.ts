// Requests to the API and what can go wrong with them.

import { learnTime } from "./server_time";
import type { Schemas } from "./types";

// Beside the page itself, so that it holds under any base path.
const API = new URL("api/", document.baseURI);
// For what is asked for again and again.
const PATIENCE_MS = 10_000;
// As long as the API's gateway waits: for what is asked once. Whoever gives up on a change earlier does not
// know whether it was made.
export const LONG_MS = 30_000;

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
  /** A file as it is, or anything else as JSON. */
  body?: unknown;
  token?: string;
  /** LONG_MS for a change, less for a question, unless nobody asks that again. */
  patienceMs?: number | undefined;
}

/**
 * @param path below /api, with its query
 * @throws {Refused | Unreachable}
 */
export async function request(
  path: string,
  { method = "GET", body, token, patienceMs = method === "GET" ? PATIENCE_MS : LONG_MS }: Call,
): Promise<Response> {
  const headers = new Headers({ Accept: "application/json" });
  if (token) headers.set("Authorization", `Bearer ${token}`);
  const isFile = body instanceof Blob;
  if (body !== undefined) headers.set("Content-Type", isFile ? body.type : "application/json");
  const answer = await send(new URL(path, API), {
    method,
    headers,
    ...(body === undefined ? {} : { body: isFile ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(patienceMs),
  });
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

async function send(address: URL, options: RequestInit): Promise<Response> {
  try {
    const answer = await fetch(address, options);
    learnTime(answer.headers.get("Date"), Date.now());
    return answer;
  } catch {
    throw new Unreachable("Can't reach the API");
  }
}
