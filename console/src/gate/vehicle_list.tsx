// The vehicles of a list, each with until when it counts and what there is to know.

import type { ListedVehicle, Site } from "../api/types";
import { isOperator } from "../app/account";
import { minute } from "../app/now";
import { formatMoment } from "../app/words";
import { describeValidity, validityAt } from "./list_words";
import { Plate } from "./plate";

interface Props {
  site: Site;
  vehicles: readonly ListedVehicle[];
  onChange: (vehicle: ListedVehicle) => void;
  onRemove: (vehicle: ListedVehicle) => void;
}

const VALIDITY_WORDS = { early: "Not yet", over: "Over", valid: "" };

export function VehicleList({ site, vehicles, onChange, onRemove }: Props) {
  return (
    <ul class="vehicles">
      {vehicles.map((vehicle) => (
        <VehicleRow
          key={vehicle.vehicle_id}
          vehicle={vehicle}
          timeZone={site.time_zone}
          onChange={() => onChange(vehicle)}
          onRemove={() => onRemove(vehicle)}
        />
      ))}
    </ul>
  );
}

interface RowProps {
  vehicle: ListedVehicle;
  timeZone: string;
  onChange: () => void;
  onRemove: () => void;
}

function VehicleRow({ vehicle, timeZone, onChange, onRemove }: RowProps) {
  const validity = validityAt(vehicle, minute.value);
  return (
    <li class="vehicle" data-validity={validity}>
      <span class="vehicle-plate">
        <Plate text={vehicle.plate} />
        <span class="muted">{vehicle.profile}</span>
      </span>
      <span class="vehicle-facts">
        <VehicleFacts vehicle={vehicle} />
        <span class="number">
          {VALIDITY_WORDS[validity] && <span class="chip">{VALIDITY_WORDS[validity]}</span>}{" "}
          {describeValidity(vehicle, timeZone)}
        </span>
        {!vehicle.can_be_read && (
          <span class="note">
            The site’s formats were changed since: no reading can be exactly this plate. Remove it, and add it
            as it is written now.
          </span>
        )}
        <span class="muted facts-line">
          {vehicle.changed_by}, {formatMoment(vehicle.changed_at, timeZone)}
        </span>
      </span>
      {isOperator.value && (
        <span class="vehicle-actions">
          <button
            class="button small"
            type="button"
            aria-label={`Change ${vehicle.plate}`}
            onClick={onChange}
          >
            Change…
          </button>
          <button
            class="button small"
            type="button"
            aria-label={`Remove ${vehicle.plate}`}
            onClick={onRemove}
          >
            Remove…
          </button>
        </span>
      )}
    </li>
  );
}

function VehicleFacts({ vehicle: { reason, host, max_visits: visits, note } }: { vehicle: ListedVehicle }) {
  const told = [
    reason,
    host && `visits ${host}`,
    visits !== null && (visits === 1 ? "once" : `${visits} times at most`),
    note,
  ].filter(Boolean);
  return told.length > 0 && <span>{told.join(" · ")}</span>;
}
