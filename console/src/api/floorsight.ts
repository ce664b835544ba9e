// What the page asks the API for: every address is spelled here once.

import { readJson } from "./request";
import { session } from "./session";
import type { Crossing, Explained, Listing, Me, Site, SiteCount, View } from "./types";

const WHOLE_LIST = 500; // the API's longest page

export const getMe = (signal: AbortSignal) => get<Me>("me", {}, signal);

export const listSites = (signal: AbortSignal) => get<Listing<Site>>("sites", { limit: WHOLE_LIST }, signal);

export const getSiteCount = (siteId: string, signal: AbortSignal) =>
  get<SiteCount>("occupancy/live", { site_id: siteId }, signal);

export const getView = (cameraId: string, signal: AbortSignal) =>
  get<View>(`${camera(cameraId)}/view`, {}, signal);

export const listCrossings = (cameraId: string, limit: number, signal: AbortSignal) =>
  get<Listing<Crossing>>(`${camera(cameraId)}/crossings`, { limit }, signal);

export const explainCount = (cameraId: string, limit: number, cursor: string | null, signal: AbortSignal) =>
  get<Explained>(`${camera(cameraId)}/live/explain`, { limit, cursor }, signal);

function camera(cameraId: string): string {
  return `occupancy/cameras/${encodeURIComponent(cameraId)}`;
}

async function get<T>(path: string, query: Query, signal: AbortSignal): Promise<T> {
  return readJson<T>(await session.call(withQuery(path, query), { signal }));
}

type Query = Record<string, string | number | null | undefined>;

function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  if (!given.length) return path;
  return `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}
