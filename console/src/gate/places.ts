// Places in the gate tab, as the address's fragment has them after `gate`.

export const LIST_NAMES = ["blocked", "allowed", "visitor"] as const;
export type ListPlace = (typeof LIST_NAMES)[number];

export type GatePlace =
  | { part: "log"; decisionId: string | null }
  | { part: "visits" }
  | { part: "lists"; list: ListPlace }
  | { part: "try" }
  | { part: "policy" };

export type GatePart = GatePlace["part"];

/** What leads nowhere leads to the log. */
export function parseGate([part, first = ""]: readonly string[]): GatePlace {
  if (part === "visits" || part === "try" || part === "policy") return { part };
  if (part === "lists") return { part, list: LIST_NAMES.find((each) => each === first) ?? "blocked" };
  return { part: "log", decisionId: part === "log" && first ? first : null };
}

export function gateParts(place: GatePlace): string[] {
  if (place.part === "lists") return [place.part, place.list];
  if (place.part === "log" && place.decisionId) return [place.part, place.decisionId];
  return place.part === "log" ? [] : [place.part];
}
