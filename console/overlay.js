// What is drawn over a camera's picture: boxes with track ids, and the counting lines.

const FONT = "system-ui, sans-serif";
const INK = "#ffffff";
const PLATE = "rgba(9, 18, 22, 0.84)";
const CASING = "rgba(9, 18, 22, 0.7)";
const PERSON = "#a9d6ff";
const OTHER = "#c9ced6";
const LINE = "#ffd76a";
// As --in and --out of the dark theme: over a picture the theme makes no difference.
export const DIRECTION_COLOURS = { in: "#5fe0b4", out: "#ffb066" };

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{tracks: any[], lines: any[], crossed: Map<number, "in" | "out">}} scene `crossed`: tracks that
 *   have crossed a moment ago
 */
export function drawOverlay(canvas, scene) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const density = window.devicePixelRatio || 1;
  const size = [Math.round(width * density), Math.round(height * density)];
  if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
  const context = canvas.getContext("2d");
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, width, height);
  const drawing = new Drawing(context, width, height);
  for (const track of scene.tracks) drawing.drawBox(track, scene.crossed.get(track.track_id));
  for (const line of scene.lines) drawing.drawLine(line);
  for (const line of scene.lines) drawing.drawLineCounts(line);
  for (const track of scene.tracks) drawing.drawTrackId(track, scene.crossed.get(track.track_id));
}

class Drawing {
  #plates = []; // rectangles that hold text already

  constructor(context, width, height) {
    this.context = context;
    this.width = width;
    this.height = height;
    this.textPx = width < 480 ? 10.5 : 12;
    context.lineJoin = "round";
    context.textBaseline = "middle";
  }

  drawBox(track, crossed) {
    const [left, top, right, bottom] = this.#toPixels(track.box);
    const { context } = this;
    context.lineCap = "butt";
    for (const [colour, width] of [[CASING, 3.4], [colourOf(track, crossed), crossed ? 2.6 : 1.8]]) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.strokeRect(left, top, right - left, bottom - top);
    }
  }

  /** Above the box; where another text stands already, below it, else inside. */
  drawTrackId(track, crossed) {
    const [left, top, , bottom] = this.#toPixels(track.box);
    const text = `${track.track_id}`;
    const size = this.#plateSize(text, 0);
    const places = [[left, top - size.height - 1], [left, bottom + 1], [left, top + 1]]
      .map(([x, y]) => this.#inside({ ...size, x, y }));
    const place = places.find((each) => !this.#plates.some((taken) => overlaps(each, taken))) ?? places[2];
    this.#drawPlate(place, text, colourOf(track, crossed));
  }

  /** The line itself, and in its middle an arrow to the side that counts as in. */
  drawLine(line) {
    const { start, end, middle, inward } = this.#measure(line);
    const tip = { x: middle.x + inward.x * 30, y: middle.y + inward.y * 30 };
    this.#stroke([[start, end]], LINE, 2.6);
    this.#stroke([[middle, tip], ...arrowHead(middle, tip, 9)], DIRECTION_COLOURS.in, 3);
    for (const point of [start, end]) this.#dot(point);
  }

  /** Entries on the in side at one end, exits on the other side at the other end. */
  drawLineCounts(line) {
    const { start, end, inward } = this.#measure(line);
    const outward = { x: -inward.x, y: -inward.y };
    this.#drawCount(along(start, end, 0.1), inward, `${line.entries} ${line.in_label}`, DIRECTION_COLOURS.in);
    this.#drawCount(along(start, end, 0.9), outward, `${line.exits} ${line.out_label}`, DIRECTION_COLOURS.out);
  }

  #drawCount(anchor, direction, text, colour) {
    const arrowPx = 20;
    const size = this.#plateSize(text, arrowPx, 1.12);
    const reach = 10 + (Math.abs(direction.x) * size.width + Math.abs(direction.y) * size.height) / 2;
    const place = this.#inside({
      ...size,
      x: anchor.x + direction.x * reach - size.width / 2,
      y: anchor.y + direction.y * reach - size.height / 2,
    });
    this.#drawPlate(place, text, colour, arrowPx, 1.12);
    const centre = { x: place.x + 13, y: place.y + place.height / 2 };
    const from = { x: centre.x - direction.x * 6, y: centre.y - direction.y * 6 };
    const to = { x: centre.x + direction.x * 6, y: centre.y + direction.y * 6 };
    this.#stroke([[from, to], ...arrowHead(from, to, 5)], colour, 2, false);
  }

  #plateSize(text, leadPx, scale = 1) {
    this.#setFont(scale);
    return {
      width: this.context.measureText(text).width + 10 + leadPx,
      height: Math.round(this.textPx * scale * 1.5),
    };
  }

  #drawPlate(place, text, colour, leadPx = 0, scale = 1) {
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

  #setFont(scale) {
    this.context.font = `600 ${this.textPx * scale}px ${FONT}`;
  }

  #stroke(pieces, colour, width, cased = true) {
    const { context } = this;
    context.lineCap = "round";
    for (const [style, px] of [...(cased ? [[CASING, width + 3]] : []), [colour, width]]) {
      context.strokeStyle = style;
      context.lineWidth = px;
      context.beginPath();
      for (const [from, to] of pieces) {
        context.moveTo(from.x, from.y);
        context.lineTo(to.x, to.y);
      }
      context.stroke();
    }
  }

  #dot(point) {
    this.context.fillStyle = LINE;
    this.context.beginPath();
    this.context.arc(point.x, point.y, 4.5, 0, 2 * Math.PI);
    this.context.fill();
  }

  /** A line in pixels. Crossing it to the right of its direction counts as in, unless it is inverted. */
  #measure(line) {
    const start = { x: line.start.x * this.width, y: line.start.y * this.height };
    const end = { x: line.end.x * this.width, y: line.end.y * this.height };
    const length = Math.hypot(end.x - start.x, end.y - start.y);
    const turn = (line.inverted ? -1 : 1) / length;
    const inward = { x: (start.y - end.y) * turn, y: (end.x - start.x) * turn };
    return { start, end, inward, middle: along(start, end, 0.5) };
  }

  #toPixels([left, top, right, bottom]) {
    return [left * this.width, top * this.height, right * this.width, bottom * this.height];
  }

  #inside(place) {
    const x = Math.max(2, Math.min(place.x, this.width - place.width - 2));
    const y = Math.max(2, Math.min(place.y, this.height - place.height - 2));
    return { ...place, x, y };
  }
}

function colourOf(track, crossed) {
  if (crossed) return DIRECTION_COLOURS[crossed];
  return track.object_class === "person" ? PERSON : OTHER;
}

function along(start, end, share) {
  return { x: start.x + (end.x - start.x) * share, y: start.y + (end.y - start.y) * share };
}

function overlaps(a, b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** The two strokes of an arrow's head. */
function arrowHead(from, to, sizePx) {
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  return [-0.7, 0.7].map((turn) => [
    to,
    { x: to.x - sizePx * Math.cos(angle + turn), y: to.y - sizePx * Math.sin(angle + turn) },
  ]);
}
