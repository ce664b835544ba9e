// A site's cameras, each with what it counts, the gate that it sees, and the way to its lines and zones.

import { useSignal } from "@preact/signals";
import { listCameras } from "../api/floorsight";
import type { Camera, Site, SiteCount } from "../api/types";
import { isOperator } from "../app/account";
import { usePoll } from "../app/hooks";
import { Count } from "../app/number";
import { siteAddress } from "../app/routes";
import { CameraDialog } from "./camera_dialog";

const EVERY_MS = 30_000;

/** Which one is changed; null: a new one. */
interface Editing {
  camera: Camera | null;
}

export function CamerasPage({ site, live }: { site: Site; live: SiteCount | null }) {
  const cameras = useSignal<readonly Camera[] | null>(null);
  const editing = useSignal<Editing | null>(null);
  const ask = usePoll(
    "cameras",
    async (signal) => {
      cameras.value = await listCameras(site.site_id, signal);
    },
    EVERY_MS,
    [site.site_id],
  );
  const known = cameras.value ?? [];
  return (
    <main class="card">
      <div class="card-head">
        <h1>Cameras of {site.name}</h1>
        {isOperator.value && (
          <button
            class="button"
            type="button"
            disabled={cameras.value === null}
            onClick={() => {
              editing.value = { camera: null };
            }}
          >
            Add a camera…
          </button>
        )}
      </div>
      {live?.cameras.length === 0 && <p class="muted">None yet. An operator adds the first one.</p>}
      <ul class="camera-list">
        {live?.cameras.map((counted) => {
          const camera = known.find((each) => each.camera_id === counted.camera_id);
          return (
            <li key={counted.camera_id}>
              <span>
                <a class="camera-name" href={siteAddress(site.site_id, "live", counted.camera_id)}>
                  {counted.name}
                </a>{" "}
                {camera?.gate_id && <span class="chip">{describeGate(camera)}</span>}
              </span>
              <span class="muted">
                <Count value={counted.raw} /> inside · {countOf(counted.lines.length, "line")}
              </span>
              <span class="camera-actions">
                {isOperator.value && camera && (
                  <button
                    class="button small"
                    type="button"
                    aria-label={`Change ${camera.name}`}
                    onClick={() => {
                      editing.value = { camera };
                    }}
                  >
                    Change…
                  </button>
                )}
                <a class="button small" href={siteAddress(site.site_id, "cameras", counted.camera_id)}>
                  {isOperator.value ? "Edit lines and zones" : "Lines and zones"}
                </a>
              </span>
            </li>
          );
        })}
      </ul>
      {editing.value && (
        <CameraDialog
          site={site}
          camera={editing.value.camera}
          cameras={known}
          onDone={ask}
          onClose={() => {
            editing.value = null;
          }}
        />
      )}
    </main>
  );
}

function describeGate({ gate_id: gate, lane }: Camera): string {
  return `Gate ${gate}, lane ${lane ?? "1"}`;
}

function countOf(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
