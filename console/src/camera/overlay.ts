// What is drawn over a camera's picture: boxes with track ids, and the counting lines.

import type { Direction, LineCount, Track } from "../api/types";
import { along, arrowHead, inwardOf, type Point, type Size, scale } from "./geometry";

const FONT = "system-ui, sans-serif";
const INK = "#ffffff";
const PLATE = "rgba(9, 18, 22, 0.84)";
const CASING = "rgba(9, 18, 22, 0.7)";
const PERSON = "#a9d6ff";
const OTHER = "#c9ced6";
const LINE = "#ffd76a";
// As --in and --out of the dark theme: over a picture the theme makes no difference.
const DIRECTION_COLOURS: Record<Direction, string> = { in: "#5fe0b4", out: "#ffb066" };
const COUNT_SCALE = 1.12;

export interface Scene {
  tracks: readonly Track[];
  lines: readonly LineCount[];
  /** Tracks that have crossed a moment ago. */
  crossed: ReadonlyMap<number, Direction>;
}

type Plate = Point & Size;
type Stroke = readonly [Point, Point];

export function drawOverlay(canvas: HTMLCanvasElement, scene: Scene): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const size = { width: canvas.clientWidth, height: canvas.clientHeight };
  const density = window.devicePixelRatio || 1;
  fitCanvas(canvas, Math.round(size.width * density), Math.round(size.height * density));
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  const drawing = new Drawing(context, size);
  for (const track of scene.tracks) drawing.drawBox(track, scene.crossed.get(track.track_id));
  for (const line of scene.lines) drawing.drawLine(line);
  for (const line of scene.lines) drawing.drawLineCounts(line);
  for (const track of scene.tracks) drawing.drawTrackId(track, scene.crossed.get(track.track_id));
}

/** Setting a canvas's size empties it, so only when it has changed. */
function fitCanvas(canvas: HTMLCanvasElement, width: number, height: number): void {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

class Drawing {
  readonly #plates: Plate[] = []; // rectangles that hold text already
  readonly #textPx: number;

  constructor(
    private readonly context: CanvasRenderingContext2D,
    private readonly size: Size,
  ) {
    this.#textPx = size.width < 480 ? 10.5 : 12;
    context.lineJoin = "round";
    context.textBaseline = "middle";
  }

  drawBox(track: Track, crossed: Direction | undefined): void {
    const [topLeft, bottomRight] = this.#corners(track);
    const { context } = this;
    context.lineCap = "butt";
    const strokes = [
      { colour: CASING, px: 3.4 },
      { colour: colourOf(track, crossed), px: crossed ? 2.6 : 1.8 },
    ];
    for (const { colour, px } of strokes) {
      context.strokeStyle = colour;
      context.lineWidth = px;
      context.strokeRect(topLeft.x, topLeft.y, bottomRight.x - topLeft.x, bottomRight.y - topLeft.y);
    }
  }

  /** Above the box; where another text stands already, below it, else inside. */
  drawTrackId(track: Track, crossed: Direction | undefined): void {
    const [{ x, y: top }, { y: bottom }] = this.#corners(track);
    const text = `${track.track_id}`;
    const size = this.#plateSize(text, 0, 1);
    const within = this.#keepInside({ ...size, x, y: top + 1 });
    const places = [top - size.height - 1, bottom + 1].map((y) => this.#keepInside({ ...size, x, y }));
    const free = places.find((place) => !this.#plates.some((taken) => overlaps(place, taken)));
    this.#drawPlate(free ?? within, text, colourOf(track, crossed), 0, 1);
  }

  /** The line itself, and in its middle an arrow to the side that counts as in. */
  drawLine(line: LineCount): void {
    const { start, end, inward } = this.#measure(line);
    const middle = along(start, end, 0.5);
    const tip = { x: middle.x + inward.x * 30, y: middle.y + inward.y * 30 };
    this.#stroke([[start, end]], LINE, 2.6);
    this.#stroke([[middle, tip], ...arrowHead(middle, tip, 9)], DIRECTION_COLOURS.in, 3);
    for (const point of [start, end]) this.#dot(point);
  }

  /** Entries on the in side at one end, exits on the other side at the other end. */
  drawLineCounts(line: LineCount): void {
    const { start, end, inward } = this.#measure(line);
    const outward = { x: -inward.x, y: -inward.y };
    const [entries, exits] = [`${line.entries} ${line.in_label}`, `${line.exits} ${line.out_label}`];
    this.#drawCount(along(start, end, 0.1), inward, entries, DIRECTION_COLOURS.in);
    this.#drawCount(along(start, end, 0.9), outward, exits, DIRECTION_COLOURS.out);
  }

  #drawCount(anchor: Point, direction: Point, text: string, colour: string): void {
    const arrowPx = 20;
    const size = this.#plateSize(text, arrowPx, COUNT_SCALE);
    const reach = 10 + (Math.abs(direction.x) * size.width + Math.abs(direction.y) * size.height) / 2;
    const place = this.#keepInside({
      ...size,
      x: anchor.x + direction.x * reach - size.width / 2,
      y: anchor.y + direction.y * reach - size.height / 2,
    });
    this.#drawPlate(place, text, colour, arrowPx, COUNT_SCALE);
    const centre = { x: place.x + 13, y: place.y + place.height / 2 };
    const from = { x: centre.x - direction.x * 6, y: centre.y - direction.y * 6 };
    const to = { x: centre.x + direction.x * 6, y: centre.y + direction.y * 6 };
    this.#stroke([[from, to], ...arrowHead(from, to, 5)], colour, 2, false);
  }

  #plateSize(text: string, leadPx: number, scale: number): Size {
    this.#setFont(scale);
    const width = this.context.measureText(text).width + 10 + leadPx;
    return { width, height: Math.round(this.#textPx * scale * 1.5) };
  }

  #drawPlate(place: Plate, text: string, colour: string, leadPx: number, scale: number): void {
    const { context } = this;
    this.#plates.push(place);
    context.fillStyle = PLATE;
    context.beginPath();
    context.roundRect(place.x, place.y, place.width, place.height, 4);
    context.fill();
    context.fillStyle = colour;
    context.fillRect(place.x, place.y + 2, 2.5, place.height - 4);
    this.#setFont(scale);
    context.fillStyle = INK;
    context.fillText(text, place.x + 6 + leadPx, place.y + place.height / 2 + 0.5);
  }

  #setFont(scale: number): void {
    this.context.font = `600 ${this.#textPx * scale}px ${FONT}`;
  }

  #stroke(strokes: readonly Stroke[], colour: string, px: number, cased = true): void {
    const { context } = this;
    context.lineCap = "round";
    const layers = cased ? [{ style: CASING, width: px + 3 }] : [];
    for (const { style, width } of [...layers, { style: colour, width: px }]) {
      context.strokeStyle = style;
      context.lineWidth = width;
      context.beginPath();
      for (const [from, to] of strokes) {
        context.moveTo(from.x, from.y);
        context.lineTo(to.x, to.y);
      }
      context.stroke();
    }
  }

  #dot(point: Point): void {
    this.context.fillStyle = LINE;
    this.context.beginPath();
    this.context.arc(point.x, point.y, 4.5, 0, 2 * Math.PI);
    this.context.fill();
  }

  #measure(line: LineCount): { start: Point; end: Point; inward: Point } {
    const [start, end] = [scale(line.start, this.size), scale(line.end, this.size)];
    return { start, end, inward: inwardOf(start, end, line.inverted) };
  }

  #corners({ box: [left, top, right, bottom] }: Track): [Point, Point] {
    return [scale({ x: left, y: top }, this.size), scale({ x: right, y: bottom }, this.size)];
  }

  #keepInside(place: Plate): Plate {
    const x = Math.max(2, Math.min(place.x, this.size.width - place.width - 2));
    const y = Math.max(2, Math.min(place.y, this.size.height - place.height - 2));
    return { ...place, x, y };
  }
}

function colourOf(track: Track, crossed: Direction | undefined): string {
  if (crossed) return DIRECTION_COLOURS[crossed];
  return track.object_class === "person" ? PERSON : OTHER;
}

function overlaps(a: Plate, b: Plate): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
