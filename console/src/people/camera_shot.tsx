// Takes pictures with the camera of the device that shows this page.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { toError } from "../app/polling";
import { describeCameraFault } from "./camera_words";
import { takePicture } from "../app/images";

interface Props {
  isFull: boolean;
  onTaken: (jpeg: Blob) => void;
  onClose: () => void;
}

export function CameraShot({ isFull, onTaken, onClose }: Props) {
  const video = useRef<HTMLVideoElement>(null);
  const isRunning = useSignal(false);
  const fault = useSignal("");
  const tries = useSignal(0);

  useEffect(() => {
    let stream: MediaStream | null = null;
    let isGone = false;
    async function start(): Promise<void> {
      try {
        // Not there at all on pages that come without https.
        const opened = await (navigator.mediaDevices as MediaDevices | undefined)?.getUserMedia({
          video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 960 } },
        });
        if (!opened) throw new DOMException("", "SecurityError");
        stream = opened;
        if (isGone || !video.current) return stop();
        video.current.srcObject = stream;
        await video.current.play();
        isRunning.value = true;
      } catch (error) {
        if (!isGone) fault.value = describeCameraFault(toError(error).name);
      }
    }
    function stop(): void {
      stream?.getTracks().forEach((track) => track.stop());
    }
    fault.value = "";
    void start();
    return () => {
      isGone = true;
      isRunning.value = false;
      stop();
    };
  }, [tries.value]);

  async function take(): Promise<void> {
    if (video.current) onTaken(await takePicture(video.current));
  }

  return (
    <div class="camera-shot">
      <video ref={video} muted playsInline hidden={!isRunning.value} aria-label="What the camera shows" />
      {!isRunning.value && !fault.value && <p class="muted">Asking for the camera…</p>}
      {fault.value && (
        <p class="message" role="alert">
          {fault}
        </p>
      )}
      <div class="dialog-actions">
        <button class="button" type="button" onClick={onClose}>
          Choose files instead
        </button>
        {fault.value ? (
          <button class="button" type="button" onClick={() => tries.value++}>
            Try again
          </button>
        ) : (
          <button class="button" type="button" disabled={!isRunning.value || isFull} onClick={take}>
            Take a picture
          </button>
        )}
      </div>
    </div>
  );
}
