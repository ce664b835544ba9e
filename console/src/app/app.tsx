// Sign in, then watch.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { getMe, getSiteCount, listSites } from "../api/floorsight";
import { session } from "../api/session";
import type { Me, Site, SiteCount } from "../api/types";
import { LivePage } from "../live/live_page";
import { Announcer } from "./announcer";
import { resetConnection } from "./connection";
import { usePoll } from "./hooks";
import { route } from "./place";
import type { Route } from "./routes";
import { Shell } from "./shell";
import { SignIn } from "./sign_in";

const SITES_EVERY_MS = 60_000;
const COUNTS_EVERY_MS = 1000;

export function App() {
  return session.isOpen ? <SignedIn /> : <SignIn />;
}

function SignedIn() {
  const me = useSignal<Me | null>(null);
  const sites = useSignal<readonly Site[] | null>(null);
  usePoll(
    "sites",
    async (signal) => {
      me.value = await getMe(signal);
      sites.value = (await listSites(signal)).items;
    },
    SITES_EVERY_MS,
  );
  useEffect(() => resetConnection, []);
  const site = findSite(route.value, sites.value ?? []);
  return (
    <Shell me={me.value} sites={sites.value ?? []} site={site} openAlerts={0}>
      {sites.value?.length === 0 && (
        <p class="card nothing">There is no site yet. An operator adds the first one.</p>
      )}
      {site && <SitePage key={site.site_id} site={site} />}
    </Shell>
  );
}

function findSite(place: Route, sites: readonly Site[]): Site | null {
  if (place.page === "sites") return null;
  const wanted = place.page === "site" ? sites.find((site) => site.site_id === place.siteId) : undefined;
  return wanted ?? sites[0] ?? null;
}

function SitePage({ site }: { site: Site }) {
  const live = useSignal<SiteCount | null>(null);
  usePoll(
    "counts",
    async (signal) => {
      live.value = await getSiteCount(site.site_id, signal);
    },
    COUNTS_EVERY_MS,
    [site.site_id],
  );
  useTitle(live.value ? `${live.value.occupancy} inside · ${site.name} · Floorsight` : "Floorsight");
  const place = route.value;
  return (
    <>
      <LivePage site={site} live={live.value} cameraId={place.page === "site" ? place.cameraId : null} />
      <Announcer live={live.value} />
    </>
  );
}

function useTitle(title: string): void {
  useEffect(() => {
    document.title = title;
    return () => {
      document.title = "Floorsight";
    };
  }, [title]);
}
