// The chosen camera: its picture, its numbers, its lines.

import type { CameraCount, Crossing, LineCount, ZoneCount } from "../api/types";
import { Icon } from "../app/icons";
import { Count } from "../app/number";
import { Overlay, Picture, PictureAge, useLatestPicture } from "../camera/picture";
import { PublisherLine } from "./publisher_line";

interface Props {
  camera: CameraCount;
  zones: readonly ZoneCount[];
  crossings: readonly Crossing[];
}

export function CameraCard({ camera, zones, crossings }: Props) {
  const latest = useLatestPicture(camera.camera_id);
  return (
    <section class="card camera" aria-labelledby="camera-name">
      <div class="card-head">
        <h2 id="camera-name">{camera.name}</h2>
        <PictureAge latest={latest} />
      </div>
      <Picture latest={latest}>
        <Overlay view={latest.value.shown?.view ?? null} lines={camera.lines} crossings={crossings} />
      </Picture>
      <dl class="strip">
        <div class="in">
          <dt>
            <Icon name="in" />
            Entries
          </dt>
          <Count as="dd" value={camera.entries} testId="camera-entries" />
        </div>
        <div class="out">
          <dt>
            <Icon name="out" />
            Exits
          </dt>
          <Count as="dd" value={camera.exits} testId="camera-exits" />
        </div>
        <div>
          <dt>
            <Icon name="person" />
            Inside
          </dt>
          <Count as="dd" value={camera.occupancy} testId="camera-occupancy" />
        </div>
      </dl>
      <PublisherLine cameraId={camera.camera_id} />
      <LineTable lines={camera.lines} />
      {zones.length > 0 && <ZoneTable zones={zones} />}
    </section>
  );
}

function LineTable({ lines }: { lines: readonly LineCount[] }) {
  return (
    <table class="lines">
      <caption class="quiet">Counts at each line of this camera</caption>
      <thead>
        <tr>
          <th scope="col">Counting line</th>
          <th scope="col">In</th>
          <th scope="col">Out</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.line_id}>
            <th scope="row">{line.name}</th>
            <Count as="td" class="in" value={line.entries} />
            <Count as="td" class="out" value={line.exits} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function ZoneTable({ zones }: { zones: readonly ZoneCount[] }) {
  return (
    <table class="lines">
      <caption class="quiet">People in each zone of this camera</caption>
      <thead>
        <tr>
          <th scope="col">Zone</th>
          <th scope="col">Inside</th>
        </tr>
      </thead>
      <tbody>
        {zones.map((zone) => (
          <tr key={zone.zone_id}>
            <th scope="row">
              {zone.name} {zone.restricted && <span class="tag">restricted</span>}
            </th>
            <Count as="td" value={zone.occupancy} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}
