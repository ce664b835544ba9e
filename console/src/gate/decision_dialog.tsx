// A passage's decision: what was seen and read, by what it was decided, and what a guard does instead.

import { useSignal } from "@preact/signals";
import { getEvidence } from "../api/vehicles";
import type { Evidence, Site } from "../api/types";
import { isOperator } from "../app/account";
import { Dialog } from "../app/dialog";
import { describeFault } from "../app/connection";
import { usePoll } from "../app/hooks";
import { Icon } from "../app/icons";
import { toError } from "../app/polling";
import { gateAddress } from "../app/routes";
import { formatTime } from "../app/words";
import { DecidingEntry } from "./deciding_entry";
import { Readings, useBound } from "./evidence";
import { goneIfUnknown } from "./gone";
import {
  describeOverride,
  describePlace,
  describeReading,
  describeWay,
  isBlocked,
  isOverridden,
} from "./passage_words";
import { OverrideForm } from "./override_form";
import { Plate } from "./plate";
import { Shot } from "./shot";
import { VerdictMark } from "./verdict_mark";

const EVERY_MS = 5000;

interface Props {
  site: Site;
  decisionId: string;
  onOverridden: () => void;
  onClose: () => void;
}

export function DecisionDialog({ site, decisionId, onOverridden, onClose }: Props) {
  const found = useSignal<Evidence | "gone" | null>(null);
  const failure = useSignal("");
  const ask = usePoll(
    "decision",
    async (signal) => {
      try {
        found.value = await getEvidence(decisionId, signal).catch(goneIfUnknown);
        failure.value = "";
      } catch (error) {
        failure.value = describeFault(toError(error));
        throw error;
      }
    },
    EVERY_MS,
    [decisionId],
  );
  const evidence = found.value;
  if (evidence === null || evidence === "gone")
    return (
      <Dialog title="A passage" onClose={onClose}>
        {evidence && <p class="muted">There is no such passage, or it is no longer kept.</p>}
        {!evidence && !failure.value && <p class="muted">Asking how it was decided…</p>}
        <Failure message={failure.value} onRetry={ask} />
        <CloseButton onClose={onClose} />
      </Dialog>
    );
  return (
    <Dialog title={`${describeWho(evidence)}, ${describePlace(evidence)}`} isWide onClose={onClose}>
      <div class="decision">
        <Failure message={failure.value} onRetry={ask} />
        <Outcome site={site} evidence={evidence} />
        <Overriding
          site={site}
          evidence={evidence}
          onDone={() => {
            ask();
            onOverridden();
          }}
        />
        <Grounds site={site} evidence={evidence} />
      </div>
      <CloseButton onClose={onClose} />
    </Dialog>
  );
}

function CloseButton({ onClose }: Pick<Props, "onClose">) {
  return (
    <div class="dialog-actions">
      <button class="button" type="button" onClick={onClose}>
        Close
      </button>
    </div>
  );
}

/** What is shown, if anything is, is as old as the last answer. */
function Failure({ message, onRetry }: { message: string; onRetry: () => void }) {
  if (!message) return null;
  return (
    <p class="note failing" role="alert">
      {message}.{" "}
      <button class="button small" type="button" onClick={onRetry}>
        Try again
      </button>
    </p>
  );
}

function Outcome({ site, evidence }: { site: Site; evidence: Evidence }) {
  const { direction, plate } = evidence;
  return (
    <>
      <div class="decision-shots">
        <Shot url={evidence.snapshot_url} of="vehicle" alt={`The ${evidence.vehicle_type}`} />
        <Shot url={evidence.crop_url} of="plate" alt="The plate" />
      </div>
      <div class="decision-head" data-blocked={isBlocked(evidence)}>
        {plate && <Plate text={plate} isLarge />}
        <VerdictMark verdict={evidence.verdict} isLarge />
        <span class="number">
          {formatTime(evidence.first_seen_at, site.time_zone)}{" "}
          <span class={direction ?? ""}>
            {direction && <Icon name={direction} />} {describeWay(direction)}
          </span>
        </span>
      </div>
      <ol class="reasons">
        {evidence.reasons.map((reason, index) => (
          <li key={index}>{reason.text}</li>
        ))}
      </ol>
      {evidence.behind && (
        <p class="note">
          It was read while another vehicle was before it: the barrier stays shut until that has gone.
        </p>
      )}
      {evidence.late && (
        <p class="note">It was decided too late for a barrier to be lifted: the reading came late.</p>
      )}
    </>
  );
}

function Overriding({ site, evidence, onDone }: { site: Site; evidence: Evidence; onDone: () => void }) {
  return (
    <>
      {evidence.overrides.map((override) => (
        <p key={override.at} class="overridden" role="status">
          {describeOverride(override, site.time_zone)}
        </p>
      ))}
      <Choice evidence={evidence} onDone={onDone} />
    </>
  );
}

function Choice({ evidence, onDone }: { evidence: Evidence; onDone: () => void }) {
  const lapsed = evidence.overrides.length > 0 && !isOverridden(evidence);
  return (
    <>
      {lapsed && <p class="note">A graver alarm came after that: it holds no more.</p>}
      {isOperator.value && <OverrideForm evidence={evidence} onDone={onDone} />}
      {!isOperator.value && !isOverridden(evidence) && (
        <p class="muted hint">An operator can open or refuse instead.</p>
      )}
    </>
  );
}

function Grounds({ site, evidence }: { site: Site; evidence: Evidence }) {
  const bound = useBound(site.site_id, evidence.policy_version);
  return (
    <>
      <h3>What was read</h3>
      <p>{describeReading(evidence)}</p>
      <Readings evidence={evidence} bound={bound} timeZone={site.time_zone} />
      <h3>By what it was decided</h3>
      {evidence.vehicle_id ? (
        <DecidingEntry key={evidence.vehicle_id} vehicleId={evidence.vehicle_id} timeZone={site.time_zone} />
      ) : (
        <p>No entry of a list decided.</p>
      )}
      <p>
        <a href={gateAddress(site.site_id, { part: "policy" })}>Policy</a> of version{" "}
        <span class="number">{evidence.policy_version}</span>
        {evidence.profile && `; the plate is of format ${evidence.profile}`}.
        {evidence.revision > 1 && ` It was decided ${evidence.revision} times, as later readings said more.`}
      </p>
    </>
  );
}

function describeWho({ plate, text }: Evidence): string {
  return plate ?? text ?? "No plate";
}
