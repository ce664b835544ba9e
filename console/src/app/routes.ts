// Places in the page: they stand in the address's fragment, so that a reload or a bookmark finds them again.

import { type GatePlace, gateParts, parseGate } from "../gate/places";
import { type PeoplePlace, parsePeople, peopleParts } from "../people/places";

type CameraTab = "live" | "history" | "alerts" | "cameras";
export type Tab = CameraTab | "people" | "gate";

export type Route =
  | { page: "start" }
  | { page: "sites" }
  | { page: "site"; siteId: string; tab: CameraTab; cameraId: string | null }
  | { page: "site"; siteId: string; tab: "people"; place: PeoplePlace }
  | { page: "site"; siteId: string; tab: "gate"; place: GatePlace };

const CAMERA_TABS: readonly string[] = ["live", "history", "alerts", "cameras"] satisfies CameraTab[];

/** A fragment that leads nowhere leads to the start. */
export function parseRoute(fragment: string): Route {
  const [root, siteId, tab = "live", ...rest] = fragment.replace(/^#\/?/, "").split("/").map(decode);
  if (root === "sites" && !siteId) return { page: "sites" };
  if (root !== "sites" || !siteId) return { page: "start" };
  if (tab === "people") return { page: "site", siteId, tab, place: parsePeople(rest) };
  if (tab === "gate") return { page: "site", siteId, tab, place: parseGate(rest) };
  return isCameraTab(tab) ? { page: "site", siteId, tab, cameraId: rest[0] || null } : { page: "start" };
}

export function siteAddress(siteId: string, tab: Tab = "live", cameraId: string | null = null): string {
  const parts = [
    "sites",
    siteId,
    ...(tab === "live" && !cameraId ? [] : [tab]),
    ...(cameraId ? [cameraId] : []),
  ];
  return addressOf(parts);
}

export function peopleAddress(siteId: string, place: PeoplePlace): string {
  return addressOf(["sites", siteId, "people", ...peopleParts(place)]);
}

export function gateAddress(siteId: string, place: GatePlace): string {
  return addressOf(["sites", siteId, "gate", ...gateParts(place)]);
}

export const SITES_ADDRESS = "#/sites";

function isCameraTab(name: string): name is CameraTab {
  return CAMERA_TABS.includes(name);
}

function addressOf(parts: readonly string[]): string {
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
