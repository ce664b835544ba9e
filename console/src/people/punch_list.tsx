// The punches of a record, those that were corrected too.

import { useRef } from "preact/hooks";
import type { Punch } from "../api/types";
import { Icon } from "../app/icons";
import { formatTime } from "../app/words";
import { DIRECTION_WORDS, describeSource } from "./people_words";

interface Props {
  punches: readonly Punch[];
  superseded: readonly Punch[];
  timeZone: string;
  onReplace: (punch: Punch) => void;
  onWithdraw: (punch: Punch) => void;
}

export function PunchList({ punches, superseded, timeZone, onReplace, onWithdraw }: Props) {
  if (!punches.length && !superseded.length) return <p class="muted">There is none.</p>;
  return (
    <ul class="punches">
      {punches.map((punch) => (
        <PunchRow key={punch.punch_id} punch={punch} timeZone={timeZone}>
          <button class="button small" type="button" onClick={() => onReplace(punch)}>
            Correct…
          </button>
          <button class="button small" type="button" onClick={() => onWithdraw(punch)}>
            Withdraw…
          </button>
        </PunchRow>
      ))}
      {superseded.map((punch) => (
        <PunchRow key={punch.punch_id} punch={punch} timeZone={timeZone} isGone />
      ))}
    </ul>
  );
}

interface RowProps {
  punch: Punch;
  timeZone: string;
  isGone?: boolean;
  children?: preact.ComponentChildren;
}

function PunchRow({ punch, timeZone, isGone = false, children }: RowProps) {
  const { direction, evidence } = punch;
  return (
    <li class="punch" data-gone={isGone}>
      <EvidencePicture url={evidence?.snapshot_url ?? null} />
      <div class={`punch-text ${direction}`}>
        <span class="punch-way number">
          {direction !== "unknown" && <Icon name={direction} />}
          <b>{DIRECTION_WORDS[direction]}</b> {formatTime(punch.at, timeZone)}
        </span>
        <span class="muted">
          {describeSource(punch)}
          {isGone && "; corrected, counts no more"}
        </span>
        {punch.reason && <span>“{punch.reason}”</span>}
      </div>
      {children && <div class="punch-actions">{children}</div>}
    </li>
  );
}

/** Each answer has new links; the first serves as long as the picture is shown. */
function EvidencePicture({ url }: { url: string | null }) {
  const first = useRef(url).current;
  return first && <img class="evidence" src={first} alt="What the camera saw" width={72} height={96} />;
}
