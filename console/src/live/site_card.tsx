// How many are inside the site, and which camera one looks at.

import type { Site, SiteCount } from "../api/types";
import { Icon } from "../app/icons";
import { Count } from "../app/number";

interface Props {
  site: Site;
  live: SiteCount | null;
  cameraId: string | undefined;
  onCamera: (cameraId: string) => void;
}

export function SiteCard({ site, live, cameraId, onCamera }: Props) {
  return (
    <section class="card hero" aria-labelledby="site-name">
      <h1 id="site-name" class="site-name">
        {site.name}
      </h1>
      <p class="hero-label">People inside now</p>
      <Count as="p" class="hero-number" value={live?.occupancy} testId="site-occupancy" />
      <dl class="pair">
        <div class="in">
          <dt>
            <Icon name="in" />
            Came in
          </dt>
          <Count as="dd" value={live?.entries} />
        </div>
        <div class="out">
          <dt>
            <Icon name="out" />
            Went out
          </dt>
          <Count as="dd" value={live?.exits} />
        </div>
      </dl>
      {live && live.cameras.length > 1 && (
        <fieldset class="camera-picker">
          <legend>Cameras</legend>
          {live.cameras.map((camera) => (
            <label key={camera.camera_id} class="camera-choice">
              <input
                type="radio"
                name="camera"
                checked={camera.camera_id === cameraId}
                onChange={() => onCamera(camera.camera_id)}
              />
              <span>{camera.name}</span>
              <Count value={camera.raw} />
            </label>
          ))}
        </fieldset>
      )}
    </section>
  );
}
