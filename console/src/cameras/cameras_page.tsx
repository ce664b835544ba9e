// A site's cameras, each with what it counts and the way to its lines and zones.

import type { Site, SiteCount } from "../api/types";
import { isOperator } from "../app/account";
import { Count } from "../app/number";
import { siteAddress } from "../app/routes";

export function CamerasPage({ site, live }: { site: Site; live: SiteCount | null }) {
  return (
    <main class="card">
      <div class="card-head">
        <h1>Cameras of {site.name}</h1>
      </div>
      {live?.cameras.length === 0 && <p class="muted">None yet. An operator adds the first one.</p>}
      <ul class="camera-list">
        {live?.cameras.map((camera) => (
          <li key={camera.camera_id}>
            <a class="camera-name" href={siteAddress(site.site_id, "live", camera.camera_id)}>
              {camera.name}
            </a>
            <span class="muted">
              <Count value={camera.raw} /> inside · {countOf(camera.lines.length, "line")}
            </span>
            <a class="button small" href={siteAddress(site.site_id, "cameras", camera.camera_id)}>
              {isOperator.value ? "Edit lines and zones" : "Lines and zones"}
            </a>
          </li>
        ))}
      </ul>
    </main>
  );
}

function countOf(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
