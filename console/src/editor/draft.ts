// A line or a zone while it is being edited: values and what may be done to them. Nothing here draws.

import type { Line, LineBody, Zone, ZoneBody } from "../api/types";
import type { Point } from "../camera/geometry";

interface Common {
  /** Null while the API does not know it. */
  id: string | null;
  revision: number | null;
}

export type LineDraft = Common & { kind: "line"; body: LineBody };
export type ZoneDraft = Common & { kind: "zone"; body: ZoneBody };
export type Draft = LineDraft | ZoneDraft;

export const MIN_CORNERS = 3;
export const MAX_CORNERS = 32;
const DECIMALS = 4; // a ten-thousandth of a picture is less than a pixel

export function newLine(name: string): LineDraft {
  const body: LineBody = {
    name,
    start: { x: 0.5, y: 0.1 },
    end: { x: 0.5, y: 0.9 },
    inverted: false,
    in_label: "in",
    out_label: "out",
    anchor: "bottom_center",
    settle_frames: 2,
  };
  return { kind: "line", id: null, revision: null, body };
}

export function newZone(name: string): ZoneDraft {
  const body: ZoneBody = {
    name,
    polygon: rectangle({ x: 0.3, y: 0.3 }, { x: 0.7, y: 0.7 }),
    restricted: false,
    anchor: "bottom_center",
    settle_frames: 2,
    max_occupancy: null,
    warning_percent: 80,
    exceeded_percent: 100,
  };
  return { kind: "zone", id: null, revision: null, body };
}

export function editLine({
  line_id,
  camera_id: _,
  counting_revision: __,
  revision,
  ...body
}: Line): LineDraft {
  return { kind: "line", id: line_id, revision, body };
}

export function editZone({
  zone_id,
  camera_id: _,
  counting_revision: __,
  revision,
  ...body
}: Zone): ZoneDraft {
  return { kind: "zone", id: zone_id, revision, body };
}

/** A line's ends or a zone's corners, as shares of the picture. */
export function cornersOf(draft: Draft): Point[] {
  return draft.kind === "line" ? [draft.body.start, draft.body.end] : draft.body.polygon;
}

export function withCorners(draft: Draft, corners: readonly Point[]): Draft {
  const points = corners.map(tidy);
  if (draft.kind === "zone") return { ...draft, body: { ...draft.body, polygon: points } };
  const [start = draft.body.start, end = draft.body.end] = points;
  return { ...draft, body: { ...draft.body, start, end } };
}

export function moveCorner(draft: Draft, index: number, to: Point): Draft {
  return withCorners(
    draft,
    cornersOf(draft).map((corner, each) => (each === index ? to : corner)),
  );
}

/** Moves all of it, but not over the picture's edge. */
export function moveAll(draft: Draft, by: Point): Draft {
  const corners = cornersOf(draft);
  const step = {
    x: clamp(by.x, -Math.min(...corners.map(({ x }) => x)), 1 - Math.max(...corners.map(({ x }) => x))),
    y: clamp(by.y, -Math.min(...corners.map(({ y }) => y)), 1 - Math.max(...corners.map(({ y }) => y))),
  };
  return withCorners(
    draft,
    corners.map(({ x, y }) => ({ x: x + step.x, y: y + step.y })),
  );
}

/** Adds a corner to a zone, before the one at `index`. */
export function insertCorner(draft: Draft, index: number, at: Point): Draft {
  const corners = cornersOf(draft);
  return withCorners(draft, [...corners.slice(0, index), at, ...corners.slice(index)]);
}

export function removeCorner(draft: Draft, index: number): Draft {
  return withCorners(
    draft,
    cornersOf(draft).filter((_, each) => each !== index),
  );
}

export function rectangle(from: Point, to: Point): Point[] {
  return [from, { x: to.x, y: from.y }, to, { x: from.x, y: to.y }];
}

function tidy({ x, y }: Point): Point {
  return { x: round(clamp(x, 0, 1)), y: round(clamp(y, 0, 1)) };
}

function round(share: number): number {
  return Number(share.toFixed(DECIMALS));
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}
