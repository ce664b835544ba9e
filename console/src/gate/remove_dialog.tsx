// Takes a vehicle off its list.

import type { ListedVehicle } from "../api/types";
import { removeVehicle } from "../api/vehicles";
import { useActing } from "../app/acting";
import { Dialog, DialogFoot } from "../app/dialog";
import { LIST_WORDS } from "./list_words";

interface Props {
  vehicle: ListedVehicle;
  onDone: (words: string) => void;
  onClose: () => void;
}

const AFTERWARDS = {
  blocked: "It is not refused any more from its next reading on, unless the site’s default does.",
  allowed: "It is not let in any more from its next reading on.",
  visitor: "They are not let in any more from their next reading on. Whoever is inside is still let out.",
};

export function RemoveDialog({ vehicle, onDone, onClose }: Props) {
  const { act, busy, message } = useActing();
  return (
    <Dialog title={`Take ${vehicle.plate} off the list?`} onClose={onClose}>
      <div class="dialog-form">
        <p>{AFTERWARDS[vehicle.list]} What was decided about it stays in the log.</p>
        <DialogFoot
          message={message}
          action="Remove"
          isDangerous
          isDisabled={busy.value}
          back="Keep it"
          onBack={onClose}
          onAction={() =>
            act(async () => {
              await removeVehicle(vehicle.vehicle_id);
              onDone(`${vehicle.plate} is off the list “${LIST_WORDS[vehicle.list].name}”.`);
              onClose();
            })
          }
        />
      </div>
    </Dialog>
  );
}
