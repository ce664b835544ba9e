// Gates in words that a guard reads at a glance.

import type { GatePolicyFields, Verdict } from "../api/types";
import type { IconName } from "../app/icons";

export const VERDICT_WORDS: { [verdict in Verdict]: string } = {
  allow: "Allowed",
  deny: "Denied",
  hold: "Held",
  review: "Review",
};

export const VERDICT_ICONS: { [verdict in Verdict]: IconName } = {
  allow: "check",
  deny: "cross",
  hold: "pause",
  review: "eye",
};

export const DEFAULT_WORDS: { [verdict in GatePolicyFields["default"]]: string } = {
  hold: "Held: the gate stays shut until somebody does something",
  deny: "Denied: it is refused",
  review: "Review: a guard is asked to look",
};
