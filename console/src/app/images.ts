// Pictures as the API takes them: JPEG, upright, no larger than a face needs.

export const LONGEST_SIDE_PIXELS = 1600;
// Five of them fit into a request, which may have 4 MB.
const MOST_BYTES = 800_000;
const QUALITIES = [0.9, 0.8, 0.65, 0.5];

/** Width and height with the longer side at most `longest`; never larger than before. */
export function fitSize(
  width: number,
  height: number,
  longest: number = LONGEST_SIDE_PIXELS,
): { width: number; height: number } {
  const scale = Math.min(1, longest / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Throws an Error, with words for a person, for what is no picture. */
export async function toJpeg(file: Blob): Promise<Blob> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new Error(`${nameOf(file)} is no picture that this browser can read. Save it as JPEG first.`);
  }
  try {
    return await draw(bitmap, bitmap.width, bitmap.height);
  } finally {
    bitmap.close();
  }
}

/** What a camera shows at this moment. */
export function takePicture(video: HTMLVideoElement): Promise<Blob> {
  return draw(video, video.videoWidth, video.videoHeight);
}

export async function toBase64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

async function draw(source: CanvasImageSource, fromWidth: number, fromHeight: number): Promise<Blob> {
  const canvas = document.createElement("canvas");
  const { width, height } = fitSize(fromWidth, fromHeight);
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser can’t draw pictures.");
  context.drawImage(source, 0, 0, width, height);
  for (const quality of QUALITIES) {
    const jpeg = await encode(canvas, quality);
    if (jpeg.size <= MOST_BYTES) return jpeg;
  }
  throw new Error("This picture stays too large. Take it with less detail around the face.");
}

async function encode(canvas: HTMLCanvasElement, quality: number): Promise<Blob> {
  const jpeg = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
  if (!jpeg) throw new Error("This browser can’t write JPEG pictures.");
  return jpeg;
}

function nameOf(file: Blob): string {
  return file instanceof File ? file.name : "This";
}
