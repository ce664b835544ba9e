// How a site's gates decide, as the form has it.

import type { GatePolicy, GatePolicyFields } from "../api/types";

export interface PolicyDraft {
  /** In percent, as it is typed. */
  confidence: string;
  default: GatePolicyFields["default"];
  /** In the order in which they are tried. */
  profiles: readonly string[];
}

const LEAST_PERCENT = 50;

export function draftOf(policy: GatePolicy): PolicyDraft {
  return {
    confidence: formatPercent(policy.min_confidence),
    default: policy.default,
    profiles: policy.profiles,
  };
}

export function fieldsOf({ confidence, default: verdict, profiles }: PolicyDraft): GatePolicyFields {
  return {
    // Percent with a few places after the point: no rounding errors of the division are sent.
    min_confidence: Number((Number(confidence) / 100).toFixed(6)),
    default: verdict,
    profiles: [...profiles],
  };
}

/** What is wrong with it in words; "" for nothing. */
export function findFault({ confidence, profiles }: PolicyDraft): string {
  const percent = Number(confidence);
  if (!confidence.trim() || !(percent >= LEAST_PERCENT && percent <= 100))
    return `The least confidence is ${LEAST_PERCENT} to 100 %.`;
  return profiles.length ? "" : "Choose at least one format of plates.";
}

/** With a format that was not chosen, as the last one; without one that was. */
export function toggleProfile(chosen: readonly string[], name: string): string[] {
  return chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name];
}

/** With a format tried one earlier. */
export function moveEarlier(chosen: readonly string[], name: string): string[] {
  const from = chosen.indexOf(name);
  if (from < 1) return [...chosen];
  return chosen.with(from - 1, name).with(from, chosen[from - 1] ?? name);
}

/** Such as 85 or 92.5. */
export function formatPercent(share: number): string {
  return String(Number((share * 100).toFixed(4)));
}
