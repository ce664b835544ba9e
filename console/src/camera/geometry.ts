// Points and lines on a picture. Shares are fractions of its width and height from the top left.

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** From shares to pixels. */
export function scale(point: Point, size: Size): Point {
  return { x: point.x * size.width, y: point.y * size.height };
}

export function along(start: Point, end: Point, share: number): Point {
  return { x: start.x + (end.x - start.x) * share, y: start.y + (end.y - start.y) * share };
}

export function distance(a: Point, b: Point): number {
  return Math.hypot(b.x - a.x, b.y - a.y);
}

/**
 * The unit vector, in pixels, to the side that counts as in: the right of the line's direction, unless it is
 * inverted. For a line of no length, nowhere.
 */
export function inwardOf(start: Point, end: Point, inverted: boolean): Point {
  const length = distance(start, end);
  if (length === 0) return { x: 0, y: 0 };
  const turn = (inverted ? -1 : 1) / length;
  return { x: (start.y - end.y) * turn, y: (end.x - start.x) * turn };
}

/** The two strokes of an arrow's head. */
export function arrowHead(from: Point, to: Point, sizePx: number): [Point, Point][] {
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  return [-0.7, 0.7].map((turn) => [
    to,
    { x: to.x - sizePx * Math.cos(angle + turn), y: to.y - sizePx * Math.sin(angle + turn) },
  ]);
}
