// How sure a plate must have been to decide, by the policy of its decision.

import { getGatePolicyVersion } from "../api/vehicles";
import { goneIfUnknown } from "./gone";

export interface Bound {
  /** Of the policy: 0 are the defaults. */
  version: number;
  /** Null: that version is not known any more. */
  minConfidence: number | null;
}

export async function askBound(siteId: string, version: number, signal: AbortSignal): Promise<Bound> {
  const policy = await getGatePolicyVersion(siteId, version, signal).catch(goneIfUnknown);
  return { version, minConfidence: policy === "gone" ? null : policy.min_confidence };
}

/** Null as long as another version's is known, or none. */
export function boundOf(version: number, found: Bound | null): number | null {
  return found?.version === version ? found.minConfidence : null;
}
