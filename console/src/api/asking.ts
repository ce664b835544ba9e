// How the page asks the API for something.

import { readJson } from "./request";
import { session } from "./session";
import type { Listing } from "./types";

export const WHOLE_LIST = 500; // the API's longest page

// As long as the API's gateway waits: for what reads or removes much.
export const LONG_MS = 30_000;

export type Query = Record<string, string | number | readonly string[] | null>;

export async function get<T>(path: string, query: Query, signal: AbortSignal): Promise<T> {
  return readJson<T>(await session.call(withQuery(path, query), { signal }));
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

type Change = "POST" | "PUT" | "DELETE";

/** Asks for a change and answers with what came of it. */
export async function send<T>(method: Change, path: string, body?: unknown, patienceMs?: number): Promise<T> {
  const call = { method, body, ...(patienceMs === undefined ? {} : { patienceMs }) };
  return readJson<T>(await session.call(path, call));
}

export function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    (value === null ? [] : [value].flat()).map((each) => [name, String(each)]),
  );
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}
