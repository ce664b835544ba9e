// Places in the page: they stand in the address's fragment, so that a reload or a bookmark finds them again.

export type Tab = "live" | "history" | "alerts" | "cameras";

export type Route =
  { page: "start" } | { page: "sites" } | { page: "site"; siteId: string; tab: Tab; cameraId: string | null };

const TABS: readonly Tab[] = ["live", "history", "alerts", "cameras"];

/** A fragment that leads nowhere leads to the start. */
export function parseRoute(fragment: string): Route {
  const [root, siteId, tab = "live", cameraId = null] = fragment.replace(/^#\/?/, "").split("/").map(decode);
  if (root === "sites" && !siteId) return { page: "sites" };
  if (root !== "sites" || !siteId || !isTab(tab)) return { page: "start" };
  return { page: "site", siteId, tab, cameraId: cameraId || null };
}

export function siteAddress(siteId: string, tab: Tab = "live", cameraId: string | null = null): string {
  const parts = [
    "sites",
    siteId,
    ...(tab === "live" && !cameraId ? [] : [tab]),
    ...(cameraId ? [cameraId] : []),
  ];
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}

export const SITES_ADDRESS = "#/sites";

function isTab(name: string): name is Tab {
  return TABS.includes(name as Tab);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
