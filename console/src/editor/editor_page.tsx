// A camera's lines and zones: drawn on its picture or typed in.

import { useSignal } from "@preact/signals";
import { deleteShape, listLines, listZones, saveShape } from "../api/floorsight";
import { Refused } from "../api/request";
import { SessionEnded, session } from "../api/session";
import type { CameraCount, Site } from "../api/types";
import { isOperator } from "../app/account";
import { describeFault } from "../app/connection";
import { Dialog, DialogFoot } from "../app/dialog";
import { usePoll } from "../app/hooks";
import { toError } from "../app/polling";
import { siteAddress } from "../app/routes";
import { Picture, PictureAge, useLatestPicture } from "../camera/picture";
import { type Draft, editLine, editZone, newLine, newZone } from "./draft";
import { ShapeForm } from "./shape_form";
import { ShapeList } from "./shape_list";
import { Surface } from "./surface";

const EVERY_MS = 15_000;
const FOUR_TO_THREE = 4 / 3;

export function EditorPage({ site, camera }: { site: Site; camera: CameraCount }) {
  const latest = useLatestPicture(camera.camera_id);
  const view = latest.value.shown?.view;
  const editing = useEditing(camera.camera_id);
  const shapes = editing.shapes.filter((shape) => shape.id === null || shape.id !== editing.draft?.id);
  return (
    <main class="editor">
      <section class="card" aria-labelledby="editor-title">
        <div class="card-head">
          <h1 id="editor-title">{camera.name}: lines and zones</h1>
          <PictureAge latest={latest} />
        </div>
        <Picture latest={latest}>
          <Surface
            shapes={shapes}
            draft={editing.draft}
            aspect={view ? view.width / view.height : FOUR_TO_THREE}
            onDraft={editing.change}
            onPick={(shape) => isOperator.value && editing.begin(shape)}
          />
        </Picture>
        <p class="hint muted">{hintFor(editing.draft)}</p>
      </section>
      <section class="card editor-panel" aria-label="Lines and zones of this camera">
        <a class="back" href={siteAddress(site.site_id, "cameras")}>
          All cameras
        </a>
        {editing.draft ? (
          <ShapeForm
            draft={editing.draft}
            message={editing.message}
            busy={editing.busy}
            onDraft={editing.change}
            onSave={editing.save}
            onCancel={editing.cancel}
            onDelete={editing.askToDelete}
          />
        ) : (
          <ShapeList
            shapes={shapes}
            onEdit={editing.begin}
            onAdd={(kind) => editing.begin(addTo(shapes, kind))}
          />
        )}
      </section>
      {editing.isDeleting && editing.draft && (
        <DeleteDialog draft={editing.draft} onDelete={editing.remove} onClose={editing.keep} />
      )}
    </main>
  );
}

function addTo(shapes: readonly Draft[], kind: Draft["kind"]): Draft {
  const number = shapes.filter((shape) => shape.kind === kind).length + 1;
  return kind === "line" ? newLine(`Line ${number}`) : newZone(`Zone ${number}`);
}

function hintFor(draft: Draft | null): string {
  if (!draft)
    return isOperator.value
      ? "Choose a line or zone in the picture or in the list to change it."
      : "Operators can change lines and zones.";
  if (draft.kind === "line")
    return "Drag an end to move it, the line to move all of it, or draw it anew beside it.";
  return "Drag a corner to move it, an edge to add a corner, the inside to move all of it, or draw it anew beside it.";
}

interface Editing {
  shapes: readonly Draft[];
  draft: Draft | null;
  message: string;
  busy: boolean;
  isDeleting: boolean;
  begin: (shape: Draft) => void;
  change: (draft: Draft) => void;
  cancel: () => void;
  save: () => Promise<void>;
  askToDelete: () => void;
  keep: () => void;
  remove: () => Promise<void>;
}

function useEditing(cameraId: string): Editing {
  const shapes = useSignal<readonly Draft[]>([]);
  const draft = useSignal<Draft | null>(null);
  const state = useSignal({ message: "", busy: false, isDeleting: false });
  const IDLE = { message: "", busy: false, isDeleting: false };
  const askAgain = usePoll(
    "plan",
    async (signal) => {
      const [lines, zones] = await Promise.all([listLines(cameraId, signal), listZones(cameraId, signal)]);
      shapes.value = [...zones.items.map(editZone), ...lines.items.map(editLine)];
    },
    EVERY_MS,
    [cameraId],
  );

  function begin(shape: Draft | null): void {
    draft.value = shape;
    state.value = IDLE;
  }

  async function commit(change: (draft: Draft) => Promise<void>): Promise<void> {
    if (!draft.value) return;
    state.value = { ...IDLE, busy: true };
    try {
      await change(draft.value);
      begin(null);
    } catch (error) {
      if (error instanceof SessionEnded) session.end(error.message);
      state.value = { ...IDLE, message: explain(toError(error)) };
    }
    askAgain();
  }

  return {
    ...state.value,
    shapes: shapes.value,
    draft: draft.value,
    begin,
    change: (changed) => {
      draft.value = changed;
    },
    cancel: () => begin(null),
    save: () => commit((changed) => saveShape(cameraId, changed)),
    askToDelete: () => {
      state.value = { ...IDLE, isDeleting: true };
    },
    keep: () => {
      state.value = { ...state.value, isDeleting: false };
    },
    remove: () => commit(deleteShape),
  };
}

/** The API says which field is wrong; a change made meanwhile needs a hint at what to do. */
function explain(error: Error): string {
  if (!(error instanceof Refused)) return describeFault(error);
  if (error.status === 409) return `${error.message}. Cancel to see it as it is now.`;
  const fields = error.problem.errors?.map(({ field, message }) => `${field}: ${message}`);
  return fields?.length ? fields.join("; ") : error.message;
}

interface DeleteProps {
  draft: Draft;
  onDelete: () => void;
  onClose: () => void;
}

function DeleteDialog({ draft, onDelete, onClose }: DeleteProps) {
  return (
    <Dialog title={`Delete the ${draft.kind} “${draft.body.name}”?`} onClose={onClose}>
      <p>
        Nothing will be counted at it any more. What it has counted stays in the history. This can't be
        undone.
      </p>
      <DialogFoot action="Delete" isDangerous onAction={onDelete} back="Keep it" onBack={onClose} />
    </Dialog>
  );
}
