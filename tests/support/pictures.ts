/** The codecs under test (assembly/entries/codec_testing.ts), and PNG files made to measure. */
import { crc32, deflateSync, type ZlibOptions } from 'node:zlib';
import { instantiateForTest, type TestGuest } from './assembly.js';

/** What became of a file: pixels as stored, or a status and its text. */
export interface Decoded {
  readonly status: number;
  readonly text: string;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly orientation: number;
  readonly format: string;
  readonly pixels: Buffer;
}

/** A codec module; `decode` leaves its arena as it was. */
export interface Codecs extends TestGuest {
  /** `reduce`: asks imageReduce for the size that this gives for width and height. */
  decode(file: Uint8Array, reduce?: (width: number, height: number) => readonly [number, number]): Decoded;
  decodeRaw(file: Uint8Array, width: number, height: number, layout: number): Decoded;
}

/** Text of an AssemblyScript string: its byte length lies before it. */
function stringAt(guest: TestGuest, address: number): string {
  const length = new DataView(guest.memory.buffer).getUint32(address - 4, true);
  return Buffer.from(guest.memory.buffer, address, length).toString('utf16le');
}

/** A fresh module. */
export async function codecs(): Promise<Codecs> {
  const guest = await instantiateForTest('assembly/entries/codec_testing.ts');
  const call = guest.call as Record<string, (...args: number[]) => number>;

  function rows(status: number): Decoded {
    const width = call.imageWidth!();
    const height = call.imageHeight!();
    const channels = call.imageChannels!();
    const format = stringAt(guest, call.imageFormatName!());
    const failed = (code: number): Decoded => ({
      status: code,
      text: stringAt(guest, call.imageErrorText!(code)),
      width,
      height,
      channels,
      orientation: 1,
      format,
      pixels: Buffer.alloc(0),
    });
    if (status !== 0) return failed(status);
    const rowBytes = width * channels;
    const pixels = Buffer.alloc(rowBytes * height);
    for (let y = 0; y < height; y += 1) {
      const row = call.imageNextRow!();
      if (row === 0) return failed(call.imageStatus!());
      pixels.set(new Uint8Array(guest.memory.buffer, row, rowBytes), y * rowBytes);
    }
    return {
      status: 0,
      text: '',
      width,
      height,
      channels,
      orientation: call.imageOrientation!(),
      format,
      pixels,
    };
  }

  function withFile(file: Uint8Array, open: (address: number) => number): Decoded {
    const mark = call.arenaMark!();
    const address = call.arenaAlloc!(file.length);
    new Uint8Array(guest.memory.buffer).set(file, address);
    try {
      return rows(open(address));
    } finally {
      call.arenaRelease!(mark);
    }
  }

  return {
    ...guest,
    decode: (file, reduce) =>
      withFile(file, (address) => {
        const status = call.imageOpen!(address, file.length);
        if (status === 0 && reduce !== undefined) {
          call.imageReduce!(...reduce(call.imageWidth!(), call.imageHeight!()));
        }
        return status;
      }),
    decodeRaw: (file, width, height, layout) =>
      withFile(file, (address) => call.imageOpenRaw!(address, file.length, width, height, layout)),
  };
}

/** RGB bytes (gray replicated) and alpha bytes (255 where there is none). */
export function rgbAndAlpha(picture: Decoded): { rgb: Buffer; alpha: Buffer } {
  const count = picture.width * picture.height;
  const { channels, pixels } = picture;
  const rgb = Buffer.alloc(count * 3);
  const alpha = Buffer.alloc(count, 255);
  for (let i = 0; i < count; i += 1) {
    const at = i * channels;
    const gray = channels < 3;
    for (let c = 0; c < 3; c += 1) rgb[i * 3 + c] = pixels[gray ? at : at + c]!;
    if (channels === 2 || channels === 4) alpha[i] = pixels[at + channels - 1]!;
  }
  return { rgb, alpha };
}

export const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** One PNG chunk with its CRC. */
export function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

export interface PngPlan {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly color: number;
  /** The row bytes of a picture or pass of these sides, unfiltered. */
  readonly sample: (x: number, y: number, channel: number) => number;
  readonly interlaced?: boolean;
  readonly palette?: Uint8Array;
  readonly transparency?: Uint8Array;
  readonly filters?: (row: number) => number;
  readonly zlib?: ZlibOptions;
  /** Sizes of IDAT chunks, repeated; one chunk when absent. */
  readonly split?: readonly number[];
  readonly before?: readonly Buffer[];
  readonly after?: readonly Buffer[];
}

const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

function filterRow(filter: number, row: Buffer, above: Buffer, bpp: number): Buffer {
  const out = Buffer.alloc(row.length + 1);
  out[0] = filter;
  for (let i = 0; i < row.length; i += 1) {
    const a = i >= bpp ? row[i - bpp]! : 0;
    const b = above[i]!;
    const c = i >= bpp ? above[i - bpp]! : 0;
    const p = a + b - c;
    const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
    const paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    out[i + 1] = row[i]! - [0, a, b, (a + b) >> 1, paeth][filter]!;
  }
  return out;
}

/** Filtered bytes of all rows and passes, before compression. */
export function pngStream(plan: PngPlan): Buffer {
  const { width, height, depth, color } = plan;
  const samples = SAMPLES[color]!;
  const bpp = Math.max(1, (samples * depth) >> 3);
  const passes = plan.interlaced === true ? ADAM7 : ([[0, 0, 1, 1]] as const);
  const parts: Buffer[] = [];
  let line = 0;
  for (const [x0, y0, dx, dy] of passes) {
    const columns = Math.ceil((width - x0) / dx);
    if (columns <= 0) continue;
    let above = Buffer.alloc(Math.ceil((columns * samples * depth) / 8));
    for (let y = y0; y < height; y += dy) {
      const row = Buffer.alloc(above.length);
      for (let i = 0; i < columns * samples; i += 1) {
        const value = plan.sample(x0 + Math.floor(i / samples) * dx, y, i % samples);
        if (depth === 16) row.writeUInt16BE(value, i * 2);
        else row[(i * depth) >> 3]! |= value << (8 - depth - ((i * depth) & 7));
      }
      parts.push(filterRow(plan.filters?.(line) ?? line % 5, row, above, bpp));
      above = row;
      line += 1;
    }
  }
  return Buffer.concat(parts);
}

/** Splits compressed data into IDAT chunks. */
export function idatChunks(data: Buffer, split: readonly number[] = [data.length]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, i = 0; at < data.length; i += 1) {
    const size = split[i % split.length]!;
    chunks.push(pngChunk('IDAT', data.subarray(at, at + size)));
    at += size;
  }
  return chunks;
}

/** IHDR of a plan. */
export function pngHeader(
  plan: Pick<PngPlan, 'width' | 'height' | 'depth' | 'color' | 'interlaced'>,
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(plan.width, 0);
  header.writeUInt32BE(plan.height, 4);
  header.set([plan.depth, plan.color, 0, 0, plan.interlaced === true ? 1 : 0], 8);
  return pngChunk('IHDR', header);
}

/** A whole PNG file. */
export function makePng(plan: PngPlan): Buffer {
  return Buffer.concat([
    PNG_SIGNATURE,
    pngHeader(plan),
    ...(plan.palette === undefined ? [] : [pngChunk('PLTE', plan.palette)]),
    ...(plan.transparency === undefined ? [] : [pngChunk('tRNS', plan.transparency)]),
    ...(plan.before ?? []),
    ...idatChunks(deflateSync(pngStream(plan), plan.zlib), plan.split),
    ...(plan.after ?? []),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Reproducible numbers 0..2^32-1 (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
}
