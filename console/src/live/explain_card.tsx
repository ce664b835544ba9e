// How the chosen camera's number came about: as a sum, in words, and crossing by crossing.

import { useSignal } from "@preact/signals";
import type { CameraCount, Site, SiteCount } from "../api/types";
import { isOperator } from "../app/account";
import { Count } from "../app/number";
import { describeSum, explainInWords } from "../app/words";
import { CalibrateDialog } from "./calibrate_dialog";
import { Ledger } from "./ledger";

interface Props {
  site: Site;
  live: SiteCount;
  camera: CameraCount;
}

export function ExplainCard({ site, live, camera }: Props) {
  const isCalibrating = useSignal(false);
  const showDialog = (shown: boolean) => () => {
    isCalibrating.value = shown;
  };
  return (
    <section class="card explain" aria-labelledby="explain-title">
      <div class="card-head">
        <h2 id="explain-title">How this number came about</h2>
      </div>
      {live.cameras.length > 1 && <p class="site-sum muted">{describeSum(live)}</p>}
      <Equation camera={camera} />
      <p class="words">{explainInWords(camera, site.time_zone)}</p>
      <Ledger key={camera.camera_id} cameraId={camera.camera_id} timeZone={site.time_zone} />
      {isOperator.value && (
        <button class="button small set-count" type="button" onClick={showDialog(true)}>
          Set the count…
        </button>
      )}
      {isCalibrating.value && <CalibrateDialog camera={camera} onClose={showDialog(false)} />}
    </section>
  );
}

function Equation({ camera }: { camera: CameraCount }) {
  return (
    <p id="equation" class="equation number" data-testid="equation">
      <span class="term">
        <Count value={camera.baseline.count} />
        <small>at start</small>
      </span>
      <span class="sign">+</span>
      <span class="term in">
        <Count value={camera.entries} />
        <small>in</small>
      </span>
      <span class="sign">−</span>
      <span class="term out">
        <Count value={camera.exits} />
        <small>out</small>
      </span>
      <span class="sign">=</span>
      <span class="term result">
        <Count value={camera.raw} />
        <small>{camera.raw < 0 ? "shown as 0" : "inside"}</small>
      </span>
    </p>
  );
}
