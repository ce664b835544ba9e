// All sites, each with how many are inside.

import { useSignal } from "@preact/signals";
import { getSiteCount } from "../api/floorsight";
import type { Site, SiteCount } from "../api/types";
import { usePoll } from "../app/hooks";
import { Count } from "../app/number";
import { siteAddress } from "../app/routes";

const EVERY_MS = 5000;

export function OverviewPage({ sites }: { sites: readonly Site[] }) {
  return (
    <main class="overview">
      <h1 class="quiet">All sites</h1>
      {sites.map((site) => (
        <SiteTile key={site.site_id} site={site} />
      ))}
    </main>
  );
}

function SiteTile({ site }: { site: Site }) {
  const live = useSignal<SiteCount | null>(null);
  usePoll(
    `tile ${site.site_id}`,
    async (signal) => {
      live.value = await getSiteCount(site.site_id, signal);
    },
    EVERY_MS,
    [site.site_id],
  );
  return (
    <section class="card tile" aria-label={site.name}>
      <h2>
        <a href={siteAddress(site.site_id)}>{site.name}</a>
      </h2>
      <p class="tile-number">
        <Count value={live.value?.occupancy} />
        <span class="muted">
          inside{site.max_occupancy === null ? "" : ` of at most ${site.max_occupancy}`}
        </span>
      </p>
      <ul>
        {live.value?.cameras.map((camera) => (
          <li key={camera.camera_id}>
            <a href={siteAddress(site.site_id, "live", camera.camera_id)}>{camera.name}</a>
            <Count value={camera.raw} />
          </li>
        ))}
      </ul>
    </section>
  );
}
