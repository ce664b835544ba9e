// Sets a camera's count to what somebody has counted by eye.

import { useSignal } from "@preact/signals";
import { calibrate } from "../api/floorsight";
import { SessionEnded, session } from "../api/session";
import type { CameraCount } from "../api/types";
import { describeFault } from "../app/connection";
import { Dialog, DialogFoot } from "../app/dialog";
import { toError } from "../app/polling";

interface Props {
  camera: CameraCount;
  onClose: () => void;
}

export function CalibrateDialog({ camera, onClose }: Props) {
  const message = useSignal("");
  const busy = useSignal(false);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const count = String(data.get("count") ?? "").trim();
    const reason = String(data.get("reason") ?? "").trim();
    if (!/^\d+$/.test(count) || !reason) {
      message.value = "Enter how many people are inside, as a whole number, and why you set it.";
      return;
    }
    busy.value = true;
    try {
      await calibrate(camera.camera_id, Number(count), reason);
      onClose();
    } catch (error) {
      if (error instanceof SessionEnded) session.end(error.message);
      message.value = describeFault(toError(error));
      busy.value = false;
    }
  }

  return (
    <Dialog title={`Set the count of ${camera.name}`} onClose={onClose}>
      <form class="dialog-form" noValidate onSubmit={submit}>
        <p class="muted">
          It shows {camera.occupancy} now. What you enter counts from this moment on; it is kept who set it
          and why.
        </p>
        <label class="field">
          People inside now
          <input name="count" type="number" min="0" step="1" inputMode="numeric" autocomplete="off" />
        </label>
        <label class="field">
          Reason
          <input
            name="reason"
            maxLength={100}
            autocomplete="off"
            placeholder="such as: head count at shift change"
          />
        </label>
        <DialogFoot message={message} action="Set the count" isDisabled={busy.value} onBack={onClose} />
      </form>
    </Dialog>
  );
}
