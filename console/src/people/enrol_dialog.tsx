// Enrols faces: from files or from this machine's camera. All pictures are taken or none.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { enrolFaces } from "../api/people";
import { Refused } from "../api/request";
import type { Employee } from "../api/types";
import { useActing } from "../app/acting";
import { describeFault } from "../app/connection";
import { Dialog, DialogFoot } from "../app/dialog";
import { CameraShot } from "./camera_shot";
import { describeVerdict } from "./employee_words";
import { toJpeg } from "../app/images";
import { PictureDrop } from "../app/picture_drop";

interface Picture {
  key: number;
  jpeg: Blob;
  url: string;
  /** Why it can't be enrolled; "" as long as nothing is known against it. */
  verdict: string;
}

interface Props {
  employee: Employee;
  /** So many more can be enrolled. */
  room: number;
  onEnrolled: () => void;
  onClose: () => void;
}

let nextKey = 0;

export function EnrolDialog({ employee, room, onEnrolled, onClose }: Props) {
  const pictures = useSignal<readonly Picture[]>([]);
  const usesCamera = useSignal(false);
  const { act, busy, message, refuse } = useActing(describeRefusal);
  const turn = useRef(Promise.resolve());
  useEffect(() => () => pictures.peek().forEach(({ url }) => URL.revokeObjectURL(url)), []);

  function add(jpeg: Blob): void {
    pictures.value = [
      ...pictures.value,
      { key: nextKey++, jpeg, url: URL.createObjectURL(jpeg), verdict: "" },
    ];
  }

  // One after the other: pictures that are dropped while others are made smaller are not lost.
  function inTurn(action: () => Promise<void>): void {
    turn.current = turn.current.then(action);
  }

  async function addFiles(files: readonly File[]): Promise<void> {
    const left = room - pictures.peek().length;
    await act(async () => {
      for (const file of files.slice(0, left)) add(await toJpeg(file));
    });
    if (files.length > left) refuse(`There is room for ${room} ${room === 1 ? "picture" : "pictures"}.`);
  }

  function remove(picture: Picture): void {
    URL.revokeObjectURL(picture.url);
    pictures.value = pictures.value.filter((each) => each !== picture);
    refuse("");
  }

  async function enrol(): Promise<void> {
    const sent = pictures.peek();
    const isDone = await act(async () => {
      try {
        await enrolFaces(
          employee.employee_id,
          sent.map(({ jpeg }) => jpeg),
        );
      } catch (error) {
        if (error instanceof Refused) pictures.value = judge(sent, error);
        throw error;
      }
    });
    if (!isDone) return;
    onEnrolled();
    onClose();
  }

  const isFull = pictures.value.length >= room;
  const isRefused = pictures.value.some(({ verdict }) => verdict);
  return (
    <Dialog title={`Enrol faces of ${employee.name}`} isWide onClose={onClose}>
      <div class="dialog-form">
        <p class="muted">
          One face a picture, from the front, in good light, {room} at most. All are enrolled, or none. The
          pictures are made smaller in this browser before they are sent.
        </p>
        {usesCamera.value ? (
          <CameraShot
            isFull={isFull}
            onTaken={add}
            onClose={() => {
              usesCamera.value = false;
            }}
          />
        ) : (
          <>
            <PictureDrop isFull={isFull} onFiles={(files) => inTurn(() => addFiles(files))} />
            <button
              class="button"
              type="button"
              disabled={isFull}
              onClick={() => {
                usesCamera.value = true;
              }}
            >
              Use this device’s camera
            </button>
          </>
        )}
        <ul class="faces chosen" aria-label="Chosen pictures">
          {pictures.value.map((picture, index) => (
            <li key={picture.key} data-refused={picture.verdict !== ""}>
              <img class="face" src={picture.url} alt={`Picture ${index + 1}`} width={112} height={112} />
              {picture.verdict && <span class="verdict">{picture.verdict}</span>}
              <button
                class="button small"
                type="button"
                disabled={busy.value}
                onClick={() => remove(picture)}
                aria-label={`Leave out picture ${index + 1}`}
              >
                Leave out
              </button>
            </li>
          ))}
        </ul>
        <DialogFoot
          message={message}
          action={busy.value ? "Looking at the pictures…" : "Enrol"}
          isDisabled={busy.value || !pictures.value.length || isRefused}
          onAction={() => inTurn(enrol)}
          onBack={onClose}
        />
      </div>
    </Dialog>
  );
}

/** Each picture with what the API found wrong with it, which says so by `images.2`. */
function judge(pictures: readonly Picture[], { problem }: Refused): Picture[] {
  const errors = problem.errors ?? [];
  return pictures.map((picture, index) => {
    const found = errors.find(
      ({ field }) => field === `images.${index}` || field.startsWith(`images.${index}.`),
    );
    return { ...picture, verdict: found ? describeVerdict(found.code ?? "", found.message) : "" };
  });
}

function describeRefusal(error: Error): string {
  const isOfPictures =
    error instanceof Refused && error.problem.errors?.some(({ field }) => /^images\.\d/.test(field));
  return isOfPictures
    ? "Nothing was enrolled. Leave out the pictures that are marked, or take them again."
    : describeFault(error);
}
