// How the page asks the API for something.

import pLimit from "p-limit";
import { readJson } from "./request";
import { session } from "./session";
import type { Listing } from "./types";

export const WHOLE_LIST = 500; // the API's longest page

export type Query = Record<string, string | number | readonly string[] | null>;

// A question that finds each process of the API busy starts another one, which takes a second of a processor.
// A page has a dozen questions when it is opened.
const QUESTIONS_AT_ONCE = 4;
const turns = pLimit(QUESTIONS_AT_ONCE);

/**
 * Asks when it is its turn. A question that has been sent keeps its turn when it is aborted: the API works on it
 * all the same.
 */
export async function get<T>(
  path: string,
  query: Query,
  signal?: AbortSignal,
  patienceMs?: number,
): Promise<T> {
  return turns(async () => {
    signal?.throwIfAborted();
    const answer = await readJson<T>(await session.call(withQuery(path, query), { patienceMs }));
    signal?.throwIfAborted();
    return answer;
  });
}

/** All pages of a list. */
export async function getAll<T>(path: string, query: Query, signal: AbortSignal): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Listing<T> = await get(path, { ...query, limit: WHOLE_LIST, cursor }, signal);
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return items;
}

/** A page, and as many that follow as are wanted, as one. */
export async function getPages<T>(
  path: string,
  query: Query,
  pages: number,
  signal: AbortSignal,
): Promise<Listing<T>> {
  let found = await get<Listing<T>>(path, query, signal);
  for (let page = 1; page < pages && found.next_cursor !== null; page++) {
    const more = await get<Listing<T>>(path, { ...query, cursor: found.next_cursor }, signal);
    found = { items: [...found.items, ...more.items], next_cursor: more.next_cursor };
  }
  return found;
}

type Change = "POST" | "PUT" | "DELETE";

/** Asks for a change and answers with what came of it. */
export async function send<T>(method: Change, path: string, body?: unknown): Promise<T> {
  return readJson<T>(await session.call(path, { method, body }));
}

export function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    (value === null ? [] : [value].flat()).map((each) => [name, String(each)]),
  );
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}
