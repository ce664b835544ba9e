// The gates of a site: what came through, who is here, who may, and how that is decided.

import { useSignal } from "@preact/signals";
import { serverTime } from "../api/server_time";
import { listPassages } from "../api/vehicles";
import type { Passage, Site } from "../api/types";
import { connectionState } from "../app/connection";
import { usePoll } from "../app/hooks";
import { gateAddress } from "../app/routes";
import { AlarmBanner } from "./alarm_banner";
import { alarmsQuery } from "./alarms";
import { ListsPage } from "./lists_page";
import { LogPage } from "./log_page";
import type { GatePart, GatePlace } from "./places";
import { PolicyPage } from "./policy_page";
import { TryPage } from "./try_page";
import { VisitsPage } from "./visits_page";

const ALARMS_EVERY_MS = 3000;

const PARTS: { place: GatePlace; name: string }[] = [
  { place: { part: "log", decisionId: null }, name: "Log" },
  { place: { part: "visits" }, name: "Visits" },
  { place: { part: "lists", list: "blocked" }, name: "Vehicles" },
  { place: { part: "try" }, name: "Try a plate" },
  { place: { part: "policy" }, name: "Policy" },
];

interface Props {
  site: Site;
  place: GatePlace;
}

/** Whichever part one looks at: a blocked vehicle is told at once. */
export function GatePage({ site, place }: Props) {
  const alarms = useSignal<readonly Passage[]>([]);
  const ask = usePoll(
    "alarms",
    async (signal) => {
      const query = alarmsQuery(serverTime(Date.now()));
      alarms.value = (await listPassages(site.site_id, query, null, signal)).items;
    },
    ALARMS_EVERY_MS,
    [site.site_id],
  );
  return (
    <main class="room" data-state={connectionState.value}>
      <PartTabs siteId={site.site_id} current={place.part} />
      <AlarmBanner site={site} passages={alarms.value} />
      <Part site={site} place={place} onOverridden={ask} />
    </main>
  );
}

interface PartProps extends Props {
  onOverridden: () => void;
}

function Part({ site, place, onOverridden }: PartProps) {
  switch (place.part) {
    case "log":
      return <LogPage site={site} decisionId={place.decisionId} onOverridden={onOverridden} />;
    case "visits":
      return <VisitsPage site={site} />;
    case "lists":
      return <ListsPage site={site} list={place.list} />;
    case "try":
      return <TryPage site={site} />;
    case "policy":
      return <PolicyPage site={site} />;
  }
}

function PartTabs({ siteId, current }: { siteId: string; current: GatePart }) {
  return (
    <nav class="part-tabs" aria-label="Gates of this site">
      {PARTS.map(({ place, name }) => (
        <a
          key={name}
          class="part-tab"
          href={gateAddress(siteId, place)}
          aria-current={current === place.part ? "page" : undefined}
        >
          {name}
        </a>
      ))}
    </nav>
  );
}
