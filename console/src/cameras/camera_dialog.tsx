// Adds a camera, or changes what one is for: counting, recognising people, reading plates at a gate.

import { type Signal, useSignal } from "@preact/signals";
import { createCamera, updateCamera } from "../api/floorsight";
import { Refused } from "../api/request";
import type { Camera, CameraFields, Site } from "../api/types";
import { useActing } from "../app/acting";
import { describeFault } from "../app/connection";
import { Dialog, DialogFoot } from "../app/dialog";
import { freeId, suggestId } from "../app/names";
import { bodyOf, draftOf, findFault, NEW_CAMERA } from "./camera_draft";
import { GateFields, MoreFields } from "./camera_fields";

interface Props {
  site: Site;
  /** Null: a new one. */
  camera: Camera | null;
  cameras: readonly Camera[];
  onDone: () => void;
  onClose: () => void;
}

export type Edit = (change: Partial<CameraFields>) => void;

export function CameraDialog({ site, camera, cameras, onDone, onClose }: Props) {
  const draft = useSignal<CameraFields>(camera ? draftOf(camera) : NEW_CAMERA);
  const ownId = useSignal<string | null>(null);
  const { act, busy, message, refuse } = useActing(describeRefusal);
  const taken = cameras.map((each) => each.camera_id);
  const id = ownId.value ?? freeId(suggestId(draft.value.name), taken);
  const edit: Edit = (change) => {
    draft.value = { ...draft.value, ...change };
  };

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const fault = findFault(draft.value);
    if (fault) return refuse(fault);
    const body = bodyOf(draft.value);
    const isDone = await act(() =>
      camera
        ? updateCamera(camera.camera_id, body, camera.revision)
        : createCamera({ ...body, camera_id: id, site_id: site.site_id }),
    );
    if (!isDone) return;
    onDone();
    onClose();
  }

  return (
    <Dialog title={camera ? `Change ${camera.name}` : "Add a camera"} onClose={onClose}>
      <form class="dialog-form" noValidate onSubmit={submit}>
        <NameFields draft={draft} edit={edit} />
        {!camera && (
          <label class="field">
            Id, which stays
            <input
              maxLength={63}
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              value={id}
              onInput={(event) => {
                ownId.value = event.currentTarget.value;
              }}
            />
          </label>
        )}
        <GateFields draft={draft} cameras={cameras} edit={edit} />
        <MoreFields draft={draft} edit={edit} />
        <DialogFoot
          message={message}
          action={camera ? "Save" : "Add"}
          isDisabled={busy.value}
          onBack={onClose}
        />
      </form>
    </Dialog>
  );
}

function NameFields({ draft, edit }: { draft: Signal<CameraFields>; edit: Edit }) {
  return (
    <>
      <label class="field">
        Name
        <input
          maxLength={100}
          autocomplete="off"
          value={draft.value.name}
          onInput={(event) => edit({ name: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        What it sees
        <select
          value={draft.value.role}
          onChange={(event) => edit({ role: event.currentTarget.value as CameraFields["role"] })}
        >
          <option value="bidirectional">Both ways</option>
          <option value="entry">A way in</option>
          <option value="exit">A way out</option>
        </select>
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={draft.value.counting}
          onChange={(event) => edit({ counting: event.currentTarget.checked })}
        />
        Its people count for the site
      </label>
    </>
  );
}

function describeRefusal(error: Error): string {
  return error instanceof Refused && error.status === 409
    ? `${error.message}. Cancel to see it as it is now.`
    : describeFault(error);
}
