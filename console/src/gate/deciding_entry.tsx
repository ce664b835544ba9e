// The entry of a list that decided, as it is now.

import { useSignal } from "@preact/signals";
import { getVehicle } from "../api/vehicles";
import type { Vehicle } from "../api/types";
import { usePoll } from "../app/hooks";
import { goneIfUnknown } from "./gone";
import { describeAuthor, describeValidity, LIST_WORDS } from "./list_words";
import { Plate } from "./plate";

const EVERY_MS = 30_000;

export function DecidingEntry({ vehicleId, timeZone }: { vehicleId: string; timeZone: string }) {
  const found = useSignal<Vehicle | "gone" | null>(null);
  usePoll(
    "deciding-entry",
    async (signal) => {
      found.value = await getVehicle(vehicleId, signal).catch(goneIfUnknown);
    },
    EVERY_MS,
    [vehicleId],
  );
  const vehicle = found.value;
  if (!vehicle) return <p class="muted">Asking for the list’s entry…</p>;
  if (vehicle === "gone") return <p class="muted">The list’s entry is no longer kept.</p>;
  const told = [vehicle.reason, vehicle.host && `visits ${vehicle.host}`, vehicle.note].filter(Boolean);
  return (
    <p class="deciding-entry">
      <Plate text={vehicle.plate} /> on the list “{LIST_WORDS[vehicle.list].name}”,{" "}
      {describeValidity(vehicle, timeZone)}
      {told.length > 0 && `: ${told.join(" · ")}`}.{" "}
      <span class="muted">{describeAuthor(vehicle, timeZone)}.</span>
    </p>
  );
}
