// A camera's latest picture, what is drawn over it, and how old it is.

import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { getView } from "../api/floorsight";
import { Refused } from "../api/request";
import type { Crossing, Direction, LineCount, View } from "../api/types";
import { usePoll } from "../app/hooks";
import { now } from "../app/now";
import { formatAge } from "../app/words";
import { drawOverlay } from "./overlay";

const EVERY_MS = 700;
const STALE_SECONDS = 10; // pictures come with each chunk of video, every one or two seconds
const JUST_CROSSED_SECONDS = 3;

type State = "waiting" | "stale" | "live";

/** A view, its picture loaded, and when the API told of it by this machine's clock. */
interface Shown {
  view: View;
  image: HTMLImageElement;
  answeredAt: number;
}

export interface LatestPicture {
  shown: Shown | null;
  loadFailed: boolean;
}

/** Asks for a camera's latest picture while it is shown; a picture appears once it is there whole. */
export function useLatestPicture(cameraId: string): ReadonlySignal<LatestPicture> {
  const latest = useSignal<LatestPicture>({ shown: null, loadFailed: false });
  usePoll(
    "picture",
    async (signal) => {
      const next = await fetchPicture(cameraId, latest.peek().shown, signal);
      if (next) latest.value = next;
    },
    EVERY_MS,
    [cameraId],
  );
  return latest;
}

async function fetchPicture(
  cameraId: string,
  before: Shown | null,
  signal: AbortSignal,
): Promise<LatestPicture | null> {
  const view = await getView(cameraId, signal).catch(nullIfNone);
  if (!view) return null;
  const answeredAt = Date.now();
  if (before && view.captured_at === before.view.captured_at)
    return { shown: { view, image: before.image, answeredAt }, loadFailed: false };
  const image = await loadImage(view);
  signal.throwIfAborted();
  // It may have been overwritten meanwhile; the next answer names a newer one.
  return image
    ? { shown: { view, image, answeredAt }, loadFailed: false }
    : { shown: before, loadFailed: true };
}

function nullIfNone(error: unknown): null {
  if (error instanceof Refused && error.code === "no_view_yet") return null;
  throw error;
}

async function loadImage(view: View): Promise<HTMLImageElement | null> {
  const image = new Image(view.width, view.height);
  image.id = "frame";
  image.className = "frame";
  image.alt = "";
  image.src = view.image_url;
  return image.decode().then(
    () => image,
    () => null,
  );
}

export function pictureState({ shown }: LatestPicture): { state: State; ageSeconds: number } {
  if (!shown) return { state: "waiting", ageSeconds: 0 };
  const ageSeconds = shown.view.lag_seconds + Math.max(0, now.value - shown.answeredAt) / 1000;
  return { state: ageSeconds > STALE_SECONDS ? "stale" : "live", ageSeconds };
}

export function PictureAge({ latest }: { latest: ReadonlySignal<LatestPicture> }) {
  const { state, ageSeconds } = pictureState(latest.value);
  const text = state === "waiting" ? "No picture yet" : `Picture ${formatAge(ageSeconds)} old`;
  return (
    <span id="picture-age" class="pill number" data-state={state}>
      {text}
    </span>
  );
}

interface PictureProps {
  latest: ReadonlySignal<LatestPicture>;
  children: ComponentChildren;
}

/** The picture with `children` laid over it. */
export function Picture({ latest, children }: PictureProps) {
  const { state, ageSeconds } = pictureState(latest.value);
  const image = latest.value.shown?.image ?? null;
  return (
    <div class="picture" data-state={state} data-empty={image === null}>
      <Frame image={image} />
      {children}
      {state !== "live" && (
        <PictureNote state={state} ageSeconds={ageSeconds} loadFailed={latest.value.loadFailed} />
      )}
    </div>
  );
}

/** The loaded image itself takes its place, so that nothing flickers. */
function Frame({ image }: { image: HTMLImageElement | null }) {
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    holder.current?.replaceChildren(...(image ? [image] : []));
  }, [image]);
  return <div ref={holder} class="frame-holder" />;
}

function PictureNote({
  state,
  ageSeconds,
  loadFailed,
}: {
  state: State;
  ageSeconds: number;
  loadFailed: boolean;
}) {
  if (state === "stale")
    return (
      <div class="picture-note">
        <strong>Picture is {formatAge(ageSeconds)} old</strong>
        <span>No newer one has come yet. The camera may have stopped sending.</span>
      </div>
    );
  return (
    <div class="picture-note">
      <strong>Waiting for the first picture</strong>
      <span>
        {loadFailed
          ? "The API has named a picture, but the store did not hand it over. Trying again."
          : "A camera sends pictures only while somebody watches; it takes a few seconds to begin."}
      </span>
    </div>
  );
}

interface OverlayProps {
  view: View | null;
  lines: readonly LineCount[];
  crossings: readonly Crossing[];
}

/** Boxes, track ids and lines; the same in words for those who don't see them. */
export function Overlay({ view, lines, crossings }: OverlayProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const draw = useRef(() => {});
  draw.current = () => {
    const scene = { tracks: view?.tracks ?? [], lines, crossed: findJustCrossed(view, crossings) };
    if (canvas.current) drawOverlay(canvas.current, scene);
  };
  useEffect(() => draw.current());
  useEffect(() => {
    const observer = new ResizeObserver(() => draw.current());
    if (canvas.current) observer.observe(canvas.current);
    return () => observer.disconnect();
  }, []);
  return (
    <canvas ref={canvas} id="overlay" class="overlay" role="img" aria-label={describeScene(view, lines)} />
  );
}

function findJustCrossed(view: View | null, crossings: readonly Crossing[]): Map<number, Direction> {
  const shownAt = view ? Date.parse(view.captured_at) : 0;
  return new Map(
    crossings
      .filter((each) => Math.abs(shownAt - Date.parse(each.occurred_at)) < JUST_CROSSED_SECONDS * 1000)
      .map((each) => [each.track_id, each.direction]),
  );
}

function describeScene(view: View | null, lines: readonly LineCount[]): string {
  if (!view) return "No picture yet";
  const counts = lines.map((line) => `line ${line.name}: ${line.entries} in, ${line.exits} out`);
  return [`Camera picture with ${view.tracks.length} tracked`, ...counts].join("; ");
}
