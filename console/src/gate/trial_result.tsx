// What a gate would have decided about the plates that were tried.

import type { PlateTrialResult, Site, TriedPlate } from "../api/types";
import { formatMoment } from "../app/words";
import { describeWay, formatSure } from "./passage_words";
import { Plate } from "./plate";
import { VerdictMark } from "./verdict_mark";

export function TrialResult({ site, result }: { site: Site; result: PlateTrialResult }) {
  return (
    <>
      <p class="muted number">
        {describeWay(result.direction)}, {formatMoment(result.at, site.time_zone)}
      </p>
      {!result.plates.length && <p>There is neither a plate nor a vehicle in the picture.</p>}
      {result.plates.map((plate, index) => (
        <Tried key={index} tried={plate} />
      ))}
    </>
  );
}

function Tried({ tried }: { tried: TriedPlate }) {
  const { decision, candidates } = tried;
  return (
    <div class="tried">
      <p class="decision-head">
        {decision.plate ? <Plate text={decision.plate} isLarge /> : <b>{tried.cleaned || "No plate"}</b>}
        <VerdictMark verdict={decision.verdict} isLarge />
      </p>
      <ol class="reasons">
        {decision.reasons.map((reason, index) => (
          <li key={index}>{reason.text}</li>
        ))}
      </ol>
      <dl class="facts-list">
        <Fact name="Cleaned text" value={tried.cleaned || "nothing"} />
        <Fact name="Confidence" value={tried.text === null ? "–" : formatSure(tried.confidence)} />
        <Fact
          name="May be"
          value={candidates.map(({ plate, profile }) => `${plate} (${profile})`).join(" or ") || "no plate"}
        />
        <Fact name="Security" value={decision.alarm ? "would be told at once" : "would not be told"} />
        {decision.uses_visit && <Fact name="Visits" value="one of a visitor’s would be used" />}
        <Fact name="Policy" value={`version ${decision.policy_version}`} />
      </dl>
    </div>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class="number">{value}</dd>
    </div>
  );
}
