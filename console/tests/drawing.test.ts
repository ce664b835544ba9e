import { describe, expect, test } from "vitest";
import type { Point } from "../src/camera/geometry";
import { inwardOf } from "../src/camera/geometry";
import {
  cornersOf,
  type Draft,
  insertCorner,
  moveAll,
  moveCorner,
  newLine,
  newZone,
  removeCorner,
} from "../src/editor/draft";
import { drag, isAt, takeHold } from "../src/editor/drawing";

const SIZE = { width: 1000, height: 500 };
const LINE = newLine("Door"); // from (0.5, 0.1) to (0.5, 0.9)
const ZONE = newZone("Hall"); // from (0.3, 0.3) to (0.7, 0.7)

function pull(draft: Draft, from: Point, to: Point): Point[] {
  return cornersOf(drag(takeHold(draft, from, SIZE), to));
}

describe("a line", () => {
  test("is moved by its end, which need not be hit exactly", () => {
    expect(pull(LINE, { x: 0.51, y: 0.11 }, { x: 0.2, y: 0.3 })).toEqual([
      { x: 0.2, y: 0.3 },
      { x: 0.5, y: 0.9 },
    ]);
  });

  test("is moved whole by its middle, no further than the edge", () => {
    expect(pull(LINE, { x: 0.505, y: 0.5 }, { x: 0.305, y: 0.9 })).toEqual([
      { x: 0.3, y: 0.2 },
      { x: 0.3, y: 1 },
    ]);
  });

  test("is drawn anew beside it", () => {
    expect(pull(LINE, { x: 0.1, y: 0.2 }, { x: 0.9, y: 0.25 })).toEqual([
      { x: 0.1, y: 0.2 },
      { x: 0.9, y: 0.25 },
    ]);
  });

  test("stays on the picture", () => {
    expect(cornersOf(moveCorner(LINE, 1, { x: 1.4, y: -2 }))[1]).toEqual({ x: 1, y: 0 });
  });
});

describe("a zone", () => {
  test("gets a corner where its edge is taken hold of", () => {
    const corners = pull(ZONE, { x: 0.5, y: 0.3 }, { x: 0.5, y: 0.1 });
    expect(corners).toHaveLength(5);
    expect(corners[1]).toEqual({ x: 0.5, y: 0.1 });
  });

  test("gets one between its last and its first corner too", () => {
    const corners = pull(ZONE, { x: 0.3, y: 0.5 }, { x: 0.1, y: 0.5 });
    expect(corners[4]).toEqual({ x: 0.1, y: 0.5 });
  });

  test("is moved whole by its inside", () => {
    expect(pull(ZONE, { x: 0.5, y: 0.5 }, { x: 0.4, y: 0.6 })[0]).toEqual({ x: 0.2, y: 0.4 });
  });

  test("is drawn anew as a rectangle outside of it", () => {
    expect(pull(ZONE, { x: 0.1, y: 0.1 }, { x: 0.2, y: 0.25 })).toEqual([
      { x: 0.1, y: 0.1 },
      { x: 0.2, y: 0.1 },
      { x: 0.2, y: 0.25 },
      { x: 0.1, y: 0.25 },
    ]);
  });

  test("takes no more corners than the API does", () => {
    let zone: Draft = ZONE;
    while (cornersOf(zone).length < 32) zone = insertCorner(zone, 1, { x: 0.5, y: 0.3 });
    expect(pull(zone, { x: 0.6, y: 0.3 }, { x: 0.6, y: 0.1 })).toHaveLength(32);
  });

  test("loses the corner that is removed", () => {
    expect(cornersOf(removeCorner(ZONE, 1))).toEqual([
      { x: 0.3, y: 0.3 },
      { x: 0.7, y: 0.7 },
      { x: 0.3, y: 0.7 },
    ]);
  });

  test.each([
    [{ x: 0.5, y: 0.5 }, true],
    [{ x: 0.29, y: 0.5 }, true],
    [{ x: 0.2, y: 0.5 }, false],
  ])("is at %o: %s", (at, there) => {
    expect(isAt(ZONE, at, SIZE)).toBe(there);
  });
});

test("moving by nothing changes nothing", () => {
  expect(moveAll(ZONE, { x: 0, y: 0 })).toEqual(ZONE);
});

test.each([
  [{ x: 0, y: 0 }, { x: 0, y: 10 }, false, { x: -1, y: 0 }],
  [{ x: 0, y: 0 }, { x: 0, y: 10 }, true, { x: 1, y: 0 }],
  [{ x: 0, y: 0 }, { x: 5, y: 0 }, false, { x: 0, y: 1 }],
  [{ x: 3, y: 3 }, { x: 3, y: 3 }, false, { x: 0, y: 0 }],
])("from %o to %o, inverted %s, people come in towards %o", (start, end, inverted, side) => {
  const found = inwardOf(start, end, inverted);
  expect(found.x).toBeCloseTo(side.x);
  expect(found.y).toBeCloseTo(side.y);
});
