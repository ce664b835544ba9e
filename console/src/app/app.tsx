// Sign in, then watch.

import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { AlertsPage } from "../alerts/alerts_page";
import { getMe, getSiteCount, listOpenAlerts, listSites } from "../api/floorsight";
import { Refused } from "../api/request";
import { session } from "../api/session";
import type { Alert, Listing, Site, SiteCount } from "../api/types";
import { CamerasPage } from "../cameras/cameras_page";
import { HistoryPage } from "../charts/history_page";
import { EditorPage } from "../editor/editor_page";
import { GatePage } from "../gate/gate_page";
import { LivePage } from "../live/live_page";
import { OverviewPage } from "../overview/overview_page";
import { PeoplePage } from "../people/people_page";
import { me } from "./account";
import { Announcer } from "./announcer";
import { resetConnection } from "./connection";
import { usePoll } from "./hooks";
import { route } from "./place";
import type { Route } from "./routes";
import { Shell } from "./shell";
import { SignIn } from "./sign_in";

const SITES_EVERY_MS = 60_000;
const COUNTS_EVERY_MS = 1000;
const ALERTS_EVERY_MS = 10_000;

export function App() {
  return session.isOpen ? <SignedIn /> : <SignIn />;
}

function SignedIn() {
  const sites = useSignal<readonly Site[] | null>(null);
  usePoll(
    "sites",
    async (signal) => {
      me.value = await getMe(signal);
      sites.value = (await listSites(signal)).items;
    },
    SITES_EVERY_MS,
  );
  useEffect(
    () => () => {
      resetConnection();
      me.value = null;
    },
    [],
  );
  const openAlerts = useSignal(0);
  const site = findSite(route.value, sites.value ?? []);
  return (
    <Shell sites={sites.value ?? []} site={site} openAlerts={openAlerts.value}>
      {sites.value?.length === 0 && (
        <p class="card nothing">There is no site yet. An operator adds the first one.</p>
      )}
      {!site && sites.value && sites.value.length > 0 && <OverviewPage sites={sites.value} />}
      {site && <SitePage key={site.site_id} site={site} openAlerts={openAlerts} />}
    </Shell>
  );
}

function findSite(place: Route, sites: readonly Site[]): Site | null {
  if (place.page === "sites") return null;
  const wanted = place.page === "site" ? sites.find((site) => site.site_id === place.siteId) : undefined;
  return wanted ?? sites[0] ?? null;
}

function SitePage({ site, openAlerts }: { site: Site; openAlerts: Signal<number> }) {
  const live = useSignal<SiteCount | null>(null);
  const alerts = useSignal<readonly Alert[] | null>(null);
  usePoll(
    "counts",
    async (signal) => {
      live.value = await getSiteCount(site.site_id, signal);
    },
    COUNTS_EVERY_MS,
    [site.site_id],
  );
  const askForAlerts = usePoll(
    "alerts",
    async (signal) => {
      alerts.value = (await listOpenAlerts(site.site_id, signal).catch(noneIfUnknown)).items;
      openAlerts.value = alerts.value.length;
    },
    ALERTS_EVERY_MS,
    [site.site_id],
  );
  useTitle(live.value ? `${live.value.occupancy} inside · ${site.name} · Floorsight` : "Floorsight");
  return (
    <>
      <CurrentTab site={site} live={live.value} alerts={alerts.value} onAlertChanged={askForAlerts} />
      <Announcer live={live.value} />
    </>
  );
}

/** An API without alerts has none that are open. */
function noneIfUnknown(error: unknown): Listing<Alert> {
  if (error instanceof Refused && error.status === 404) return { items: [], next_cursor: null };
  throw error;
}

interface TabProps {
  site: Site;
  live: SiteCount | null;
  alerts: readonly Alert[] | null;
  onAlertChanged: () => void;
}

function CurrentTab({ site, live, alerts, onAlertChanged }: TabProps) {
  const place = route.value;
  if (place.page === "site" && place.tab === "people") return <PeoplePage site={site} place={place.place} />;
  if (place.page === "site" && place.tab === "gate") return <GatePage site={site} place={place.place} />;
  const { tab, cameraId } = place.page === "site" ? place : { tab: "live", cameraId: null };
  const camera = live?.cameras.find((each) => each.camera_id === cameraId);
  if (tab === "cameras" && camera) return <EditorPage key={camera.camera_id} site={site} camera={camera} />;
  if (tab === "cameras") return <CamerasPage site={site} live={live} />;
  if (tab === "history") return <HistoryPage site={site} live={live} />;
  if (tab === "alerts") return <AlertsPage site={site} alerts={alerts} onChanged={onAlertChanged} />;
  return <LivePage site={site} live={live} cameraId={cameraId} />;
}

function useTitle(title: string): void {
  useEffect(() => {
    document.title = title;
    return () => {
      document.title = "Floorsight";
    };
  }, [title]);
}
