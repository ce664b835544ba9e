// What stands around every page: name, site, navigation, account, and whether one sees live numbers.

import type { ComponentChildren } from "preact";
import { session } from "../api/session";
import type { Site } from "../api/types";
import { isOperator, me } from "./account";
import { connectionState, connectionText, retryNow, secondsToRetry } from "./connection";
import { Mark } from "./icons";
import { now } from "./now";
import { goTo, route } from "./place";
import { SITES_ADDRESS, siteAddress, type Tab } from "./routes";
import { formatTime } from "./words";

const TABS: { tab: Tab; name: string; forOperators?: true }[] = [
  { tab: "live", name: "Live" },
  { tab: "history", name: "History" },
  { tab: "alerts", name: "Alerts" },
  { tab: "cameras", name: "Cameras" },
  { tab: "people", name: "People", forOperators: true },
  { tab: "gate", name: "Gate" },
];

interface Props {
  sites: readonly Site[];
  site: Site | null;
  openAlerts: number;
  children: ComponentChildren;
}

export function Shell({ sites, site, openAlerts, children }: Props) {
  return (
    <div class="dashboard">
      <header class="top">
        <a class="brand" href={SITES_ADDRESS} aria-label="Floorsight: all sites">
          <Mark size={26} />
          <span>Floorsight</span>
        </a>
        {site && sites.length > 1 && <SitePicker sites={sites} site={site} />}
        {site && <Tabs site={site} openAlerts={openAlerts} />}
        <div class="account">
          <span class="muted">{me.value?.username}</span>
          <button class="button" type="button" onClick={() => session.end("You are signed out.")}>
            Sign out
          </button>
        </div>
      </header>
      <ConnectionRow site={site} />
      {children}
    </div>
  );
}

function SitePicker({ sites, site }: { sites: readonly Site[]; site: Site }) {
  return (
    <label class="site-picker">
      Site
      <select value={site.site_id} onChange={(event) => goTo(siteAddress(event.currentTarget.value))}>
        {sites.map((each) => (
          <option key={each.site_id} value={each.site_id}>
            {each.name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Tabs({ site, openAlerts }: { site: Site; openAlerts: number }) {
  const current = route.value.page === "site" ? route.value.tab : "live";
  return (
    <nav class="tabs" aria-label="Of this site">
      {TABS.filter(({ forOperators }) => !forOperators || isOperator.value).map(({ tab, name }) => (
        <a
          key={tab}
          class="tab"
          href={siteAddress(site.site_id, tab)}
          aria-current={tab === current ? "page" : undefined}
        >
          {name}
          {tab === "alerts" && openAlerts > 0 && (
            <span class="badge number">
              {openAlerts}
              <span class="quiet"> open</span>
            </span>
          )}
        </a>
      ))}
    </nav>
  );
}

function ConnectionRow({ site }: { site: Site | null }) {
  const state = connectionState.value;
  const waitSeconds = secondsToRetry.value;
  return (
    <div class="connection" data-state={state}>
      <span class="dot" aria-hidden="true" />
      <span id="connection-text" role="status">
        {connectionText}
      </span>
      <span class="number">{waitSeconds > 0 && `in ${waitSeconds} s`}</span>
      {state === "failing" && (
        <button class="button small" type="button" onClick={retryNow}>
          Retry now
        </button>
      )}
      {site && (
        <span class="clock muted">
          <time class="number">{formatTime(now.value, site.time_zone, now.value)}</time>{" "}
          {site.time_zone.replaceAll("_", " ")}
        </span>
      )}
    </div>
  );
}
