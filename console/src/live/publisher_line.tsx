// How a live camera's publisher fares; nothing for a camera without one.

import { useSignal } from "@preact/signals";
import { getPublisher } from "../api/floorsight";
import { Refused } from "../api/request";
import type { Publisher } from "../api/types";
import { usePoll } from "../app/hooks";
import { describePublisher } from "./publisher_words";

const EVERY_MS = 30_000; // it reports once a minute

export function PublisherLine({ cameraId }: { cameraId: string }) {
  const publisher = useSignal<Publisher | null>(null);
  usePoll(
    "publisher",
    async (signal) => {
      const found = await getPublisher(cameraId, signal).catch(nullIfNone);
      signal.throwIfAborted();
      publisher.value = found;
    },
    EVERY_MS,
    [cameraId],
  );
  if (publisher.value === null) return null;
  const { text, bad } = describePublisher(publisher.value);
  return (
    <p id="publisher" class={bad ? "message" : "muted"}>
      {text}
    </p>
  );
}

function nullIfNone(error: unknown): null {
  if (error instanceof Refused && error.code === "no_report_yet") return null;
  throw error;
}
