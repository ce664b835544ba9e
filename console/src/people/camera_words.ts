// What to do when the browser's camera can't be had, by the name of the browser's error.

const WORDS: { [name: string]: string } = {
  NotAllowedError:
    "The browser may not use the camera. Allow it for this page (the camera or lock sign beside the address), then try again.",
  NotFoundError: "This device has no camera. Choose files instead.",
  NotReadableError: "Another program uses the camera. Close it, then try again.",
  SecurityError: "Cameras work only on pages that come by https. Choose files instead.",
};

export function describeCameraFault(name: string): string {
  return WORDS[name] ?? "The camera can’t be used. Try again, or choose files instead.";
}
