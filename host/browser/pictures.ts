/** What a page has of pictures, to what the module takes. */
import { type RawImage, rawLayout } from '../engine/raw_image.js';
import { EdgeInferError, EXIT, messageOf } from '../errors.js';
import { type Bitmap, Browser, type DrawableSource, type Frame, type PixelData, type Video } from './dom.js';
import { fetchBytes } from './fetching.js';
import type { KernelPicture } from './kernels.js';

/**
 * A picture: the bytes of a file (`Blob`, `File`, `ArrayBuffer`, `Uint8Array`), its address (`URL`), raw pixels (`RawImage`,
 * `ImageData`), or what a browser decoded (`VideoFrame`, `HTMLVideoElement`, `HTMLImageElement`, `HTMLCanvasElement`,
 * `OffscreenCanvas`, `ImageBitmap`). Files are decoded by the module, so that the tensor is that of every other host; what a
 * browser decoded has the pixels that this browser made of it.
 */
export type BrowserImageSource =
  | Blob
  | ArrayBuffer
  | Uint8Array
  | URL
  | RawImage
  | PixelData
  | Frame
  | Video
  | Bitmap
  | DrawableSource;

/** A picture on its way to the pipeline. */
export type PictureMessage =
  | { readonly kind: 'pixels'; readonly picture: KernelPicture }
  | { readonly kind: 'bitmap'; readonly bitmap: Bitmap };

const RGBA = 4;

function file(bytes: Uint8Array): PictureMessage {
  return { kind: 'pixels', picture: { bytes, width: 0, height: 0, layout: 0 } };
}

/**
 * Reads a source. Bytes are copied, as they will belong to another thread.
 *
 * @throws EdgeInferError `INPUT_UNREADABLE`, `INPUT_RAW_SIZE` (exit 3), `DOWNLOAD_FAILED` (exit 6)
 */
export async function readPicture(source: BrowserImageSource): Promise<PictureMessage> {
  if (source instanceof Blob) return file(new Uint8Array(await source.arrayBuffer()));
  if (source instanceof ArrayBuffer) return file(new Uint8Array(source.slice(0)));
  if (source instanceof Uint8Array) return file(source.slice());
  if (source instanceof URL) return file(await fetchBytes(source.href));
  if ('data' in source && ArrayBuffer.isView(source.data)) {
    const { data, width, height } = source;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
    const layout = data instanceof Uint8ClampedArray ? RGBA : rawLayout(source as RawImage);
    return { kind: 'pixels', picture: { bytes, width, height, layout } };
  }
  try {
    return { kind: 'bitmap', bitmap: await Browser.createImageBitmap(source) };
  } catch (cause) {
    throw new EdgeInferError({
      code: 'INPUT_UNREADABLE',
      message: `cannot use the picture: ${messageOf(cause)}`,
      hint: 'give a Blob, bytes, a URL, raw pixels, or a picture or video that is loaded',
      exitCode: EXIT.input,
      cause,
    });
  }
}

/** What must travel to a worker without a copy. */
export function transferOf(message: PictureMessage): object[] {
  return message.kind === 'bitmap' ? [message.bitmap] : [message.picture.bytes.buffer];
}

let canvas: InstanceType<typeof Browser.OffscreenCanvas> | undefined;

/** Pixels of a picture; a bitmap is closed. */
export function pixelsOf(message: PictureMessage): KernelPicture {
  if (message.kind === 'pixels') return message.picture;
  const { bitmap } = message;
  const { width, height } = bitmap;
  canvas ??= new Browser.OffscreenCanvas(width, height);
  // Setting a side also clears the canvas, which transparent pictures need.
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) {
    throw new EdgeInferError({
      code: 'RUNTIME_MEMORY',
      message: `no canvas for a picture of ${width}x${height}`,
      hint: 'use a smaller picture',
      exitCode: EXIT.runtime,
    });
  }
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { bytes, width, height, layout: RGBA };
}
