// The list of the last crossings, and the picture of one.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Crossing, LineCount } from "../api/types";
import { Dialog } from "../app/dialog";
import { Icon } from "../app/icons";
import { capitalise, formatShare, formatTime } from "../app/words";

interface Props {
  /** Null while they are on their way. */
  crossings: readonly Crossing[] | null;
  lines: readonly LineCount[];
  timeZone: string;
}

/** What a crossing is called: a line may call "in" what it likes. */
type NameWay = (crossing: Crossing) => string;

export function CrossingsCard({ crossings, lines, timeZone }: Props) {
  const opened = useSignal<Crossing | null>(null);
  const labels = new Map(lines.map((line) => [line.line_id, { in: line.in_label, out: line.out_label }]));
  const nameWay: NameWay = ({ line_id, direction }) =>
    capitalise(labels.get(line_id)?.[direction] ?? direction);
  return (
    <section class="card crossings" aria-labelledby="crossings-title">
      <div class="card-head">
        <h2 id="crossings-title">Last crossings</h2>
      </div>
      {crossings?.length === 0 && <p class="empty muted">Nobody has crossed a line yet.</p>}
      <section class="crossings-scroll" tabIndex={0} aria-labelledby="crossings-title">
        <ol id="crossings" class="crossing-list">
          {crossings?.map((crossing) => (
            <CrossingRow
              key={crossing.crossing_id}
              crossing={crossing}
              way={nameWay(crossing)}
              timeZone={timeZone}
              onOpen={() => {
                opened.value = crossing;
              }}
            />
          ))}
        </ol>
      </section>
      {opened.value && (
        <Snapshot
          crossing={opened.value}
          way={nameWay(opened.value)}
          timeZone={timeZone}
          onClose={() => {
            opened.value = null;
          }}
        />
      )}
    </section>
  );
}

interface RowProps {
  crossing: Crossing;
  way: string;
  timeZone: string;
  onOpen: () => void;
}

function CrossingRow({ crossing, way, timeZone, onOpen }: RowProps) {
  return (
    <li class="crossing" data-direction={crossing.direction}>
      <button
        class="thumb"
        type="button"
        disabled={!crossing.snapshot_url}
        aria-label={`Picture of track ${crossing.track_id}, ${way}`}
        onClick={onOpen}
      >
        <Icon name="person" />
        <Thumbnail url={crossing.snapshot_url} />
      </button>
      <div class="crossing-text">
        <span class="direction">
          <Icon name={crossing.direction} />
          <b>{way}</b>
        </span>
        <span class="line-name">{nameLine(crossing)}</span>
        <span class="facts muted number">
          track {crossing.track_id} · {formatShare(crossing.confidence)} sure
        </span>
      </div>
      <time class="number" dateTime={crossing.occurred_at}>
        {formatTime(crossing.occurred_at, timeZone)}
      </time>
    </li>
  );
}

/** Stays as first loaded: every answer has a new link to the same picture. */
function Thumbnail({ url }: { url: string | null }) {
  const first = useRef(url);
  first.current ??= url;
  const loaded = useSignal(false);
  if (!first.current) return null;
  return (
    <img
      src={first.current}
      alt=""
      width={44}
      height={56}
      hidden={!loaded.value}
      onLoad={() => {
        loaded.value = true;
      }}
      onError={() => {
        loaded.value = false;
      }}
    />
  );
}

interface SnapshotProps {
  crossing: Crossing;
  way: string;
  timeZone: string;
  onClose: () => void;
}

function Snapshot({ crossing, way, timeZone, onClose }: SnapshotProps) {
  const failed = useSignal(false);
  const url = useRef(crossing.snapshot_url ?? "").current;
  useEffect(() => {
    failed.value = false;
  }, [url]);
  const facts = `${nameLine(crossing)}, ${formatTime(crossing.occurred_at, timeZone)}`;
  return (
    <Dialog title={`Track ${crossing.track_id} · ${way}`} onClose={onClose}>
      <img
        class="snapshot-image"
        src={url}
        alt={`Track ${crossing.track_id} at the moment of crossing`}
        onError={() => {
          failed.value = true;
        }}
      />
      <p class="muted">
        {failed.value
          ? "The picture could not be loaded; it may have expired."
          : `${facts}, ${formatShare(crossing.confidence)} sure`}
      </p>
      <form method="dialog" class="dialog-actions">
        <button class="button primary" type="submit">
          Close
        </button>
      </form>
    </Dialog>
  );
}

function nameLine(crossing: Crossing): string {
  return crossing.line_name ?? "a line that is no more";
}
