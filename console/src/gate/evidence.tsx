// How surely each character of a plate was read, and in which frames.

import { useSignal } from "@preact/signals";
import type { Evidence, PlateRead } from "../api/types";
import { usePoll } from "../app/hooks";
import { formatTime } from "../app/words";
import { askBound, type Bound, boundOf } from "./bound";
import { Plate } from "./plate";
import { formatSure } from "./passage_words";
import { VerdictMark } from "./verdict_mark";

const BOUND_EVERY_MS = 60_000;

interface Props {
  evidence: Evidence;
  /** How sure a character must be; null: not known. */
  bound: number | null;
  timeZone: string;
}

/** All readings of the passage: that of each track, with its frames. */
export function Readings({ evidence: { readings, readings_count: all }, bound, timeZone }: Props) {
  if (!readings.length) return <p class="muted">The readings are no longer kept.</p>;
  return (
    <>
      {all > readings.length && (
        <p class="muted">
          The newest {readings.length} of {all}.
        </p>
      )}
      <ol class="tracks">
        {readings.map((reading) => (
          <li key={reading.event_id}>
            <TrackReading reading={reading} bound={bound} timeZone={timeZone} />
          </li>
        ))}
      </ol>
    </>
  );
}

/** The least confidence of a version of a site's policy; null while it is on its way, or if nobody knows. */
export function useBound(siteId: string, version: number): number | null {
  const found = useSignal<Bound | null>(null);
  usePoll(
    "bound",
    async (signal) => {
      // A version never changes: it is asked for until it is known.
      if (found.peek()?.version !== version) found.value = await askBound(siteId, version, signal);
    },
    BOUND_EVERY_MS,
    [siteId, version],
  );
  return boundOf(version, found.value);
}

interface TrackProps {
  reading: PlateRead;
  bound: number | null;
  timeZone: string;
}

function TrackReading({ reading, bound, timeZone }: TrackProps) {
  return (
    <>
      <p class="track-head number">
        {reading.text ? <Plate text={reading.text} /> : <b>No plate could be read</b>}
        <VerdictMark verdict={reading.verdict} />
        <span class="muted">
          {formatTime(reading.occurred_at, timeZone)}, camera {reading.camera_id}
        </span>
      </p>
      {reading.text && <Characters reading={reading} bound={bound} />}
      <p class="muted facts-line">
        {reading.agreeing} of {reading.reads} readings say exactly this; read by {reading.reader}. On this
        alone: {reading.explanation}.
      </p>
      {reading.frames.length > 0 && <Frames reading={reading} timeZone={timeZone} />}
    </>
  );
}

function Characters({ reading: { text, character_confidences: sure }, bound }: Omit<TrackProps, "timeZone">) {
  return (
    <ol class="characters" aria-label="Each character and how sure it is">
      {Array.from(text ?? "", (character, index) => {
        const confidence = sure[index] ?? 0;
        return (
          <li key={index} data-unsure={bound !== null && confidence < bound}>
            <b>{character}</b>
            <span class="sureness" style={{ "--share": confidence }} aria-hidden="true" />
            <span class="number">{formatSure(confidence)}</span>
          </li>
        );
      })}
    </ol>
  );
}

function Frames({ reading, timeZone }: { reading: PlateRead; timeZone: string }) {
  return (
    <section class="table-scroll" tabIndex={0} aria-label="The best readings, in order of time">
      <table class="readings">
        <thead>
          <tr>
            <th scope="col">Seen</th>
            <th scope="col">Read as</th>
            <th scope="col">Sure</th>
          </tr>
        </thead>
        <tbody>
          {reading.frames.map(({ seen_at: at, text, confidence }, index) => (
            <tr key={index}>
              <td class="number">{formatTime(at, timeZone)}</td>
              <td class="read-text">{text}</td>
              <td class="number">{formatSure(confidence)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
