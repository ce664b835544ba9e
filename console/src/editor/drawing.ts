// What a pointer does to a draft: which part it takes hold of, and what follows from moving it.

import { along, distance, type Point, type Size, scale } from "../camera/geometry";
import {
  cornersOf,
  type Draft,
  insertCorner,
  MAX_CORNERS,
  moveAll,
  moveCorner,
  rectangle,
  withCorners,
} from "./draft";

export type Grip =
  | { kind: "corner"; index: number; draft: Draft }
  | { kind: "whole"; from: Point; draft: Draft }
  | { kind: "anew"; from: Point; draft: Draft };

const CORNER_PX = 16; // a finger's width either side
const EDGE_PX = 10;

/**
 * What lies under the pointer: a corner; an edge, which moves a line and gives a zone a new corner; the
 * inside of a zone, which moves it; or nothing, from where it is drawn anew.
 * @param at as shares of the picture, whose `size` is in pixels
 */
export function takeHold(draft: Draft, at: Point, size: Size): Grip {
  const corners = cornersOf(draft);
  const corner = nearestCorner(corners, at, size);
  if (corner !== null) return { kind: "corner", index: corner, draft };
  const edge = nearestEdge(draft, at, size);
  if (draft.kind === "line") return { kind: edge === null ? "anew" : "whole", from: at, draft };
  if (edge !== null && corners.length < MAX_CORNERS)
    return { kind: "corner", index: edge + 1, draft: insertCorner(draft, edge + 1, at) };
  return { kind: isInside(corners, at) ? "whole" : "anew", from: at, draft };
}

/** The draft after the pointer has gone to `to`. */
export function drag(grip: Grip, to: Point): Draft {
  const { draft } = grip;
  if (grip.kind === "corner") return moveCorner(draft, grip.index, to);
  const { from } = grip;
  if (grip.kind === "whole") return moveAll(draft, { x: to.x - from.x, y: to.y - from.y });
  return withCorners(draft, draft.kind === "line" ? [from, to] : rectangle(from, to));
}

/** Is any part of it at that place? */
export function isAt(draft: Draft, at: Point, size: Size): boolean {
  const corners = cornersOf(draft);
  if (nearestCorner(corners, at, size) !== null || nearestEdge(draft, at, size) !== null) return true;
  return draft.kind === "zone" && isInside(corners, at);
}

function nearestCorner(corners: readonly Point[], at: Point, size: Size): number | null {
  const distances = corners.map((corner) => distance(scale(corner, size), scale(at, size)));
  const least = Math.min(...distances);
  return least <= CORNER_PX ? distances.indexOf(least) : null;
}

/** The corner that the nearest edge begins at. */
function nearestEdge(draft: Draft, at: Point, size: Size): number | null {
  const corners = cornersOf(draft);
  const edges = draft.kind === "line" ? corners.slice(0, 1) : corners;
  const distances = edges.map((start, index) => {
    const end = corners[(index + 1) % corners.length] ?? start;
    return distanceToEdge(scale(at, size), scale(start, size), scale(end, size));
  });
  const least = Math.min(...distances);
  return least <= EDGE_PX ? distances.indexOf(least) : null;
}

function distanceToEdge(point: Point, start: Point, end: Point): number {
  const length = distance(start, end);
  if (length === 0) return distance(point, start);
  const dot = (point.x - start.x) * (end.x - start.x) + (point.y - start.y) * (end.y - start.y);
  return distance(point, along(start, end, Math.max(0, Math.min(1, dot / length ** 2))));
}

/** By how often a ray to the right meets the border. */
function isInside(corners: readonly Point[], at: Point): boolean {
  const crossings = corners.filter((start, index) => {
    const end = corners[(index + 1) % corners.length] ?? start;
    if (start.y > at.y === end.y > at.y) return false;
    return at.x < start.x + ((at.y - start.y) / (end.y - start.y)) * (end.x - start.x);
  });
  return crossings.length % 2 === 1;
}
