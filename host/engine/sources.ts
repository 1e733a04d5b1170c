/** Pictures as callers give them, and how they become bytes. */
import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { EdgeInferError, EXIT, isSystemError, messageOf } from '../errors.js';
import { usage } from './failures.js';
import type { PictureForm } from './jobs.js';
import { type RawImage, type RgbImage, rawImageOf, rawLayout, type SharpOutput } from './raw_image.js';

/**
 * A picture: the bytes of an image file, the path of one, a URL (`file:`, `http:`, `https:`, `data:`), a `Blob`, a stream of
 * bytes, or raw pixels (`ImageData` and what sharp gives among them). A string is always a path. Bytes must be left alone
 * until the answer is there; they are not copied when they lie in a SharedArrayBuffer.
 */
export type ImageSource =
  | Uint8Array
  | ArrayBuffer
  | string
  | URL
  | Blob
  | AsyncIterable<Uint8Array>
  | RawImage
  | RgbImage
  | SharpOutput;

/** A source that was read. */
export interface PictureBytes {
  bytes: Uint8Array;
  form: PictureForm;
}

/** How sources are read. */
export interface Reading {
  /** Most bytes of one source. */
  limit: number;
  signal: AbortSignal;
  /** Memory for the bytes of a file. */
  allocate(size: number): Uint8Array;
}

/**
 * Reads a source to its end.
 *
 * @throws EdgeInferError `INPUT_UNREADABLE`, `INPUT_TOO_LARGE`, `INPUT_RAW_SIZE` (exit 3), `NETWORK_FAILED` (exit 6),
 *   `USAGE_INVALID` (exit 2); the signal's reason when it is aborted
 */
export async function readSource(image: ImageSource, reading: Reading): Promise<PictureBytes> {
  if (image instanceof Uint8Array) return encoded(image, reading);
  if (typeof image === 'string') return encoded(await readPath(image, reading), reading);
  if (image instanceof ArrayBuffer) return encoded(new Uint8Array(image), reading);
  if (image instanceof URL) return encoded(await readUrl(image, reading), reading);
  if (image instanceof Blob) return encoded(await readStream(image.stream(), reading), reading);
  if (image !== null && typeof image === 'object') {
    if (Symbol.asyncIterator in image) return encoded(await readStream(image, reading), reading);
    const raw = rawImageOf(image);
    if (raw !== undefined) {
      const { width, height, data } = raw;
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      encoded(bytes, reading);
      return { bytes, form: { width, height, layout: rawLayout(raw) } };
    }
    if ('info' in image && (image.data as unknown) instanceof Uint8Array) return encoded(image.data, reading);
  }
  throw usage(
    `not a picture (${image === null ? 'null' : typeof image})`,
    'give bytes, a path, a URL, a Blob, a stream of bytes, {data, width, height} or {rgb, width, height}',
  );
}

function encoded(bytes: Uint8Array, { limit }: Reading): PictureBytes {
  if (bytes.byteLength > limit) throw tooLarge(bytes.byteLength, limit);
  return { bytes, form: { width: 0, height: 0, layout: 0 } };
}

function tooLarge(bytes: number, limit: number): EdgeInferError {
  return new EdgeInferError({
    code: 'INPUT_TOO_LARGE',
    message: `the picture has ${bytes} bytes or more, the limit is ${limit}`,
    hint: 'use a smaller picture, or raise maxInputBytes',
    exitCode: EXIT.input,
  });
}

async function readPath(path: string, { limit, signal, allocate }: Reading): Promise<Uint8Array> {
  try {
    await using file = await open(path);
    const info = await file.stat();
    signal.throwIfAborted();
    if (!info.isFile()) {
      // A pipe or a device says nothing of its size; a folder cannot be read and says so.
      return await readStream(file.createReadStream({ autoClose: false }), { limit, signal, allocate });
    }
    if (info.size > limit) throw tooLarge(info.size, limit);
    const bytes = allocate(info.size);
    let filled = 0;
    while (filled < bytes.byteLength) {
      const { bytesRead } = await file.read(bytes, filled, bytes.byteLength - filled, filled);
      signal.throwIfAborted();
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    if (cause instanceof EdgeInferError) throw cause;
    const why = isSystemError(cause) && cause.code === 'ENOENT' ? 'no such file' : messageOf(cause);
    throw unreadable(path, why, cause);
  }
}

function unreadable(where: string, why: string, cause: unknown): EdgeInferError {
  return new EdgeInferError({
    code: 'INPUT_UNREADABLE',
    message: `cannot read the picture (${where}): ${why}`,
    hint: 'check the path',
    exitCode: EXIT.input,
    cause,
  });
}

async function readUrl(url: URL, reading: Reading): Promise<Uint8Array> {
  if (url.protocol === 'file:') return await readPath(fileURLToPath(url), reading);
  if (!['http:', 'https:', 'data:'].includes(url.protocol)) {
    throw usage(`cannot read a URL of ${url.protocol}`, 'use file:, http:, https: or data:');
  }
  const where = url.protocol === 'data:' ? 'data:' : url.href;
  try {
    const response = await fetch(url, { signal: reading.signal });
    if (!response.ok) throw new Error(`HTTP status ${response.status}`);
    if (response.body === null) return new Uint8Array(0);
    return await readStream(response.body, reading);
  } catch (cause) {
    if (reading.signal.aborted) throw reading.signal.reason;
    if (cause instanceof EdgeInferError) throw cause;
    const why =
      cause instanceof Error && cause.cause !== undefined ? messageOf(cause.cause) : messageOf(cause);
    throw new EdgeInferError({
      code: 'NETWORK_FAILED',
      message: `cannot get the picture (${where}): ${why}`,
      hint: 'check the address and the network',
      exitCode: EXIT.network,
      cause,
    });
  }
}

/** All bytes of a stream, which is cancelled when it is too long or no longer wanted. */
async function readStream(
  stream: AsyncIterable<Uint8Array>,
  { limit, signal, allocate }: Reading,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const iterator = stream[Symbol.asyncIterator]();
  // A stream that has stopped to give anything is left at once, not when its next chunk comes.
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
  });
  aborted.catch(() => {});
  let whole = false;
  try {
    signal.throwIfAborted();
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted]);
      if (next.done === true) break;
      if (!(next.value instanceof Uint8Array)) throw usage('a stream of pictures gives Uint8Array only');
      length += next.value.byteLength;
      if (length > limit) throw tooLarge(length, limit);
      chunks.push(next.value);
    }
    whole = true;
  } finally {
    signal.removeEventListener('abort', abort);
    if (!whole) void Promise.resolve(iterator.return?.()).catch(() => {});
  }
  const bytes = allocate(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
