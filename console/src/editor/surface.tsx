// The picture to draw on: all lines and zones, and the one being edited with its handles.

import { useRef } from "preact/hooks";
import { arrowHead, inwardOf, type Point, type Size, scale } from "../camera/geometry";
import { cornersOf, type Draft } from "./draft";
import { drag, type Grip, isAt, takeHold } from "./drawing";

const ARROW_SHARE = 0.09; // of the picture's height

interface Props {
  /** All that is there, without the one being edited. */
  shapes: readonly Draft[];
  draft: Draft | null;
  /** Width to height of the picture. */
  aspect: number;
  onDraft: (draft: Draft) => void;
  onPick: (shape: Draft) => void;
}

export function Surface({ shapes, draft, aspect, onDraft, onPick }: Props) {
  const grip = useRef<Grip | null>(null);

  function press(event: PointerEvent): void {
    const { at, size } = locate(event);
    if (!draft) {
      const picked = shapes.findLast((shape) => isAt(shape, at, size));
      if (picked) onPick(picked);
      return;
    }
    event.preventDefault();
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    grip.current = takeHold(draft, at, size);
  }

  function move(event: PointerEvent): void {
    if (grip.current) onDraft(drag(grip.current, locate(event).at));
  }

  function release(): void {
    grip.current = null;
  }

  return (
    <svg
      class="surface"
      role="img"
      aria-label={`Picture to draw on, with ${shapes.length + (draft ? 1 : 0)} lines and zones. The form beside it does the same by keyboard.`}
      data-drawing={draft !== null}
      onPointerDown={press}
      onPointerMove={move}
      onPointerUp={release}
      onPointerCancel={release}
    >
      {shapes.map((shape) => (
        <Shape key={shape.id} shape={shape} aspect={aspect} />
      ))}
      {draft && <Shape shape={draft} aspect={aspect} edited />}
      {draft &&
        cornersOf(draft).map((corner, index) => (
          <circle key={index} class="handle" cx={percent(corner.x)} cy={percent(corner.y)} r="8" />
        ))}
    </svg>
  );
}

/** Where a pointer is, as shares of the surface. */
function locate(event: PointerEvent): { at: Point; size: Size } {
  const { left, top, width, height } = (event.currentTarget as Element).getBoundingClientRect();
  return {
    at: { x: (event.clientX - left) / width, y: (event.clientY - top) / height },
    size: { width, height },
  };
}

function Shape({ shape, aspect, edited = false }: { shape: Draft; aspect: number; edited?: boolean }) {
  const corners = cornersOf(shape);
  const highest = corners.reduce((best, each) => (each.y < best.y ? each : best), { x: 0, y: 1 });
  return (
    <g
      class={`shape ${shape.kind}`}
      data-edited={edited}
      data-restricted={shape.kind === "zone" && shape.body.restricted}
    >
      <Pieces
        points={[[...corners, ...(shape.kind === "zone" ? corners.slice(0, 1) : [])]]}
        filled={shape.kind === "zone"}
      />
      {shape.kind === "line" && (
        <g class="inward">
          <Pieces points={arrowOf(shape.body.start, shape.body.end, shape.body.inverted ?? false, aspect)} />
        </g>
      )}
      <text x={percent(Math.min(highest.x, 0.9))} y={percent(Math.max(highest.y, 0.03))} dx="10" dy="5">
        {shape.body.name}
      </text>
    </g>
  );
}

/** Polylines whose points are shares: drawn in a square of 1, stretched over the picture. */
function Pieces({ points, filled = false }: { points: readonly (readonly Point[])[]; filled?: boolean }) {
  const path = points.map((piece) => `M${piece.map(({ x, y }) => `${x} ${y}`).join("L")}`).join("");
  return (
    <svg class="pieces" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
      <path class="casing" d={path} />
      <path class={filled ? "ink filled" : "ink"} d={path} />
    </svg>
  );
}

/** An arrow to the side that counts as in; upright to the line on the screen, not in shares. */
function arrowOf(start: Point, end: Point, inverted: boolean, aspect: number): Point[][] {
  const size = { width: aspect, height: 1 };
  const [from, to] = [scale(start, size), scale(end, size)];
  const inward = inwardOf(from, to, inverted);
  const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  const tip = { x: middle.x + inward.x * ARROW_SHARE, y: middle.y + inward.y * ARROW_SHARE };
  const pieces = [[middle, tip], ...arrowHead(middle, tip, ARROW_SHARE / 3)];
  return pieces.map((piece) => piece.map((point) => scale(point, { width: 1 / aspect, height: 1 })));
}

function percent(share: number): string {
  return `${share * 100}%`;
}
