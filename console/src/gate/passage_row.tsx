// A passage in the log: who, what was decided, and why.

import type { Passage } from "../api/types";
import { Icon } from "../app/icons";
import { formatTime } from "../app/words";
import { describeOverride, describePlace, describeReading, describeWay, isBlocked } from "./passage_words";
import { Plate } from "./plate";
import { Shot } from "./shot";
import { VerdictMark } from "./verdict_mark";

interface Props {
  passage: Passage;
  timeZone: string;
  address: string;
}

export function PassageRow({ passage, timeZone, address }: Props) {
  const { plate, direction } = passage;
  const override = passage.overrides.at(-1);
  return (
    <li class="passage" data-verdict={passage.verdict} data-blocked={isBlocked(passage)}>
      <span class="passage-shots">
        <Shot url={passage.crop_url} of="plate" alt="The plate" />
        <Shot url={passage.snapshot_url} of="vehicle" alt={`The ${passage.vehicle_type}`} />
      </span>
      <span class="passage-who">
        <a class="passage-link" href={address}>
          {plate ? (
            <Plate text={plate} isLarge />
          ) : (
            <span class="no-plate">{passage.text ?? "No plate"}</span>
          )}
        </a>
        <span class="muted">{describeReading(passage)}</span>
      </span>
      <span class="passage-why">
        <span class="passage-marks">
          <VerdictMark verdict={passage.verdict} />
          {isBlocked(passage) && (
            <span class="blocked-mark">
              <Icon name="alert" />
              Blocked vehicle
            </span>
          )}
        </span>
        <span>{passage.reasons.map((reason) => reason.text).join("; ")}</span>
        {override && <span class="overridden">{describeOverride(override, timeZone)}</span>}
      </span>
      <span class="passage-where number">
        <b>{formatTime(passage.first_seen_at, timeZone)}</b>
        <span class={direction ?? ""}>
          {direction && <Icon name={direction} />} {describeWay(direction)}
        </span>
        <span class="muted">{describePlace(passage)}</span>
      </span>
    </li>
  );
}
