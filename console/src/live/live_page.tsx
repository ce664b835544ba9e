// What happens at a site now.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { listCrossings } from "../api/floorsight";
import type { CameraCount, Crossing, Site, SiteCount } from "../api/types";
import { connectionState } from "../app/connection";
import { usePoll } from "../app/hooks";
import { replaceWith } from "../app/place";
import { siteAddress } from "../app/routes";
import { CameraCard } from "./camera_card";
import { CrossingsCard } from "./crossings_card";
import { ExplainCard } from "./explain_card";
import { SiteCard } from "./site_card";
import { TodayCard } from "./today_card";
import { WeekCard } from "./week_card";

const CROSSINGS_SHOWN = 20;
const LOOK_MS = 1000;
// The list is asked for only when a count has changed, but then for a few seconds more, in case the list is
// behind the count; and now and then in any case, because links to pictures expire.
const FOLLOW_MS = 3000;
const REFRESH_MS = 120_000;

const NONE: readonly Crossing[] = [];

interface Props {
  site: Site;
  live: SiteCount | null;
  cameraId: string | null;
}

export function LivePage({ site, live, cameraId }: Props) {
  if (live && live.cameras.length === 0)
    return <p class="card nothing">This site has no camera yet. An operator adds the first one.</p>;
  const camera = live?.cameras.find((each) => each.camera_id === cameraId) ?? live?.cameras[0];
  return (
    <main class="board" data-state={connectionState.value}>
      <SiteCard
        site={site}
        live={live}
        cameraId={camera?.camera_id}
        onCamera={(chosen) => replaceWith(siteAddress(site.site_id, "live", chosen))}
      />
      {live && camera && <CameraBoard key={camera.camera_id} site={site} live={live} camera={camera} />}
      {live && (
        <div class="charts">
          <TodayCard site={site} inside={live.occupancy} />
          <WeekCard site={site} />
        </div>
      )}
    </main>
  );
}

function CameraBoard({ site, live, camera }: { site: Site; live: SiteCount; camera: CameraCount }) {
  const crossings = useCrossings(camera);
  const zones = live.zones.filter((zone) => zone.camera_id === camera.camera_id);
  return (
    <>
      <CameraCard camera={camera} zones={zones} crossings={crossings ?? NONE} />
      <ExplainCard site={site} live={live} camera={camera} />
      <CrossingsCard crossings={crossings} lines={camera.lines} timeZone={site.time_zone} />
    </>
  );
}

/** Null while they are on their way. */
function useCrossings(camera: CameraCount): readonly Crossing[] | null {
  const crossings = useSignal<readonly Crossing[] | null>(null);
  const due = useRef({ until: 0, listedAt: Number.NEGATIVE_INFINITY }).current;
  const counts = [camera.entries, camera.exits, camera.baseline.at, camera.last_crossing_at].join();
  useEffect(() => {
    due.until = performance.now() + FOLLOW_MS;
  }, [counts]);
  usePoll(
    "crossings",
    async (signal) => {
      const now = performance.now();
      if (now > due.until && now - due.listedAt < REFRESH_MS) return;
      const { items } = await listCrossings(camera.camera_id, CROSSINGS_SHOWN, signal);
      signal.throwIfAborted();
      due.listedAt = now;
      crossings.value = items;
    },
    LOOK_MS,
    [camera.camera_id],
  );
  return crossings.value;
}
