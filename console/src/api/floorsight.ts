// What the page asks the API for: every address is spelled here once.

import type { Draft } from "../editor/draft";
import { get, getAll, type Query, send, WHOLE_LIST, withQuery } from "./asking";
import { LONG_MS } from "./request";
import { session } from "./session";
import type {
  Alert,
  Camera,
  CameraFields,
  Crossing,
  Explained,
  HistoryRow,
  Line,
  Listing,
  Me,
  NewCamera,
  Publisher,
  Site,
  SiteCount,
  View,
  Zone,
} from "./types";

export const getMe = (signal: AbortSignal) => get<Me>("me", {}, signal);

export const listSites = (signal: AbortSignal) => get<Listing<Site>>("sites", { limit: WHOLE_LIST }, signal);

export const getSiteCount = (siteId: string, signal: AbortSignal) =>
  get<SiteCount>("occupancy/live", { site_id: siteId }, signal);

export const listCameras = (siteId: string, signal: AbortSignal) =>
  getAll<Camera>("occupancy/cameras", { site_id: siteId }, signal);

export const createCamera = (body: NewCamera) => send<Camera>("POST", "occupancy/cameras", body);

/** Changes a camera that still is at the revision that was read. All fields are sent. */
export const updateCamera = (cameraId: string, fields: CameraFields, revision: number) =>
  send<Camera>("PUT", camera(cameraId), { ...fields, revision });

export const getView = (cameraId: string, signal: AbortSignal) =>
  get<View>(`${camera(cameraId)}/view`, {}, signal);

export const getPublisher = (cameraId: string, signal: AbortSignal) =>
  get<Publisher>(`${camera(cameraId)}/publisher`, {}, signal);

export const listCrossings = (cameraId: string, limit: number, signal: AbortSignal) =>
  get<Listing<Crossing>>(`${camera(cameraId)}/crossings`, { limit }, signal);

export const explainCount = (cameraId: string, limit: number, cursor: string | null, signal: AbortSignal) =>
  get<Explained>(`${camera(cameraId)}/live/explain`, { limit, cursor }, signal, LONG_MS);

export const listLines = (cameraId: string, signal: AbortSignal) =>
  get<Listing<Line>>(`${camera(cameraId)}/lines`, {}, signal);

export const listZones = (cameraId: string, signal: AbortSignal) =>
  get<Listing<Zone>>(`${camera(cameraId)}/zones`, {}, signal);

/** Makes a line or zone, or changes it if it still is at the revision that was read. */
export async function saveShape(cameraId: string, { kind, id, revision, body }: Draft): Promise<void> {
  if (id === null) await session.call(`${camera(cameraId)}/${kind}s`, { method: "POST", body });
  else await session.call(shape(kind, id), { method: "PUT", body: { ...body, revision } });
}

export async function deleteShape({ kind, id }: Draft): Promise<void> {
  if (id !== null) await session.call(shape(kind, id), { method: "DELETE" });
}

/** Whose history. */
export interface HistoryOf {
  kind: "site" | "camera" | "zone";
  id: string;
}

export type Level = "logs" | "hourly" | "daily" | "monthly";

/** All rows between two instants (in milliseconds), oldest first. */
export async function listHistory(
  of: HistoryOf,
  level: Level,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<HistoryRow[]> {
  return getAll<HistoryRow>(history(of, level), between(from, to), signal);
}

export async function fetchHistoryFile(of: HistoryOf, level: Level, from: number, to: number): Promise<Blob> {
  const query = { ...between(from, to), limit: WHOLE_LIST, format: "csv" };
  return (await session.call(withQuery(history(of, level), query), { patienceMs: LONG_MS })).blob();
}

function history({ kind, id }: HistoryOf, level: Level): string {
  return `occupancy/${kind}s/${encodeURIComponent(id)}/${level}`;
}

function between(from: number, to: number): Query {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

/** Those that are not resolved, newest first. */
export const listOpenAlerts = (siteId: string, signal: AbortSignal) =>
  get<Listing<Alert>>("occupancy/alerts", { site_id: siteId, state: ["open", "acknowledged"] }, signal);

export async function acknowledgeAlert(alertId: string): Promise<void> {
  await session.call(alert(alertId, "acknowledge"), { method: "POST" });
}

export async function snoozeAlert(alertId: string, until: Date): Promise<void> {
  await session.call(alert(alertId, "snooze"), { method: "POST", body: { until: until.toISOString() } });
}

export async function resolveAlert(alertId: string, note: string): Promise<void> {
  await session.call(alert(alertId, "resolve"), { method: "POST", body: { note } });
}

function alert(alertId: string, action: string): string {
  return `occupancy/alerts/${encodeURIComponent(alertId)}/${action}`;
}

/** Says how many are inside by a camera's count; history keeps who said so and why. */
export async function calibrate(cameraId: string, count: number, reason: string): Promise<void> {
  await session.call(`${camera(cameraId)}/calibrate`, { method: "POST", body: { count, reason } });
}

function shape(kind: Draft["kind"], id: string): string {
  return `occupancy/${kind}s/${encodeURIComponent(id)}`;
}

function camera(cameraId: string): string {
  return `occupancy/cameras/${encodeURIComponent(cameraId)}`;
}
