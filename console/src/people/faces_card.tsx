// By which faces an employee is recognised.

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { deleteFace, listFaces } from "../api/people";
import type { Employee, Face } from "../api/types";
import { useActing } from "../app/acting";
import { Dialog, DialogFoot } from "../app/dialog";
import { usePoll } from "../app/hooks";
import { formatTime } from "../app/words";
import { EnrolDialog } from "./enrol_dialog";

const EVERY_MS = 30_000;
export const MAX_FACES = 5;

interface Props {
  employee: Employee;
  timeZone: string;
}

export function FacesCard({ employee, timeZone }: Props) {
  const faces = useSignal<readonly Face[] | null>(null);
  const isEnrolling = useSignal(false);
  const removing = useSignal<Face | null>(null);
  const ask = usePoll(
    "faces",
    async (signal) => {
      faces.value = (await listFaces(employee.employee_id, signal)).faces;
    },
    EVERY_MS,
    [employee.employee_id, employee.revision],
  );
  const count = faces.value?.length ?? 0;
  return (
    <section class="card" aria-labelledby="faces-title">
      <div class="card-head">
        <h2 id="faces-title">Faces</h2>
        <button
          class="button"
          type="button"
          disabled={!employee.may_be_recognised || count >= MAX_FACES}
          onClick={() => {
            isEnrolling.value = true;
          }}
        >
          Enrol faces…
        </button>
      </div>
      <p class="muted facts">
        {employee.may_be_recognised
          ? `${count} of ${MAX_FACES} are enrolled. Several, from different days and with and without glasses, are surer than one.`
          : "Record their consent first: without it no face may be enrolled."}
      </p>
      <ul class="faces">
        {faces.value?.map((face) => (
          <li key={face.face_id}>
            <FacePicture url={face.picture_url} />
            <span class="muted number">{formatTime(face.enrolled_at, timeZone)}</span>
            <span class="muted">by {face.enrolled_by}</span>
            <button
              class="button small"
              type="button"
              onClick={() => {
                removing.value = face;
              }}
            >
              Remove…
            </button>
          </li>
        ))}
      </ul>
      {isEnrolling.value && (
        <EnrolDialog
          employee={employee}
          room={MAX_FACES - count}
          onEnrolled={ask}
          onClose={() => {
            isEnrolling.value = false;
          }}
        />
      )}
      {removing.value && (
        <RemoveDialog
          employee={employee}
          face={removing.value}
          onRemoved={ask}
          onClose={() => {
            removing.value = null;
          }}
        />
      )}
    </section>
  );
}

/** Each answer has new links; the first serves as long as the picture is shown. */
function FacePicture({ url }: { url: string | null }) {
  const first = useRef(url).current;
  if (!first) return <span class="face none muted">No picture</span>;
  return <img class="face" src={first} alt="Enrolled face" width={112} height={112} />;
}

interface RemoveProps {
  employee: Employee;
  face: Face;
  onRemoved: () => void;
  onClose: () => void;
}

function RemoveDialog({ employee, face, onRemoved, onClose }: RemoveProps) {
  const { act, busy, message } = useActing();
  return (
    <Dialog title={`Remove this face of ${employee.name}?`} onClose={onClose}>
      <div class="dialog-form">
        <FacePicture url={face.picture_url} />
        <p>It goes with its picture, and nobody is recognised by it any more.</p>
        <DialogFoot
          message={message}
          action="Remove"
          isDangerous
          isDisabled={busy.value}
          onAction={() =>
            act(async () => {
              await deleteFace(employee.employee_id, face);
              onRemoved();
              onClose();
            })
          }
          back="Keep it"
          onBack={onClose}
        />
      </div>
    </Dialog>
  );
}
