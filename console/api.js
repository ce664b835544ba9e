// Requests to the API and what can go wrong with them.

// From this file's own address, so that it holds under any base path.
const API = new URL("../api/", import.meta.url);
const PATIENCE_MS = 10_000;

/** No answer, or one that says "later": worth another try. */
export class Unreachable extends Error {}

/** The API has understood and says no. `code` is the problem document's. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.message ?? `The API answered ${status}.`);
    this.status = status;
    this.code = problem.code ?? "";
  }
}

/**
 * @param {string} path below /api, with its query
 * @param {{body?: object, token?: string, signal?: AbortSignal}} [options] a body makes it a POST
 * @returns {Promise<any>} the answer's JSON
 */
export async function request(path, { body, token, signal } = {}) {
  const headers = new Headers({ Accept: "application/json" });
  if (token) headers.set("Authorization", `Bearer ${token}`);
  if (body) headers.set("Content-Type", "application/json");
  const answer = await send(new URL(path, API), {
    method: body ? "POST" : "GET",
    body: body && JSON.stringify(body),
    headers,
    signal: AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), ...(signal ? [signal] : [])]),
  }, signal);
  if (answer.ok) return readJson(answer);
  if (answer.status >= 500 || answer.status === 429) {
    throw new Unreachable(`The API answered ${answer.status}`);
  }
  throw new Refused(answer.status, await answer.json().catch(() => ({})));
}

async function send(address, options, signal) {
  try {
    return await fetch(address, options);
  } catch (error) {
    if (signal?.aborted) throw error; // nobody waits for it any more
    throw new Unreachable("Can't reach the API");
  }
}

async function readJson(answer) {
  try {
    return await answer.json();
  } catch {
    throw new Unreachable("The API's answer broke off");
  }
}
