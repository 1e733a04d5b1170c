/** The resize stage (kernels/resize) on the synthetic pictures of the golden files: see scripts/golden/resize_cases.py. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { instantiateForTest, type TestGuest } from './assembly.js';

/** A picture, what is done to it, and the SHA-256 of what the library makes of it. */
export interface ResizeCase {
  readonly seed: number;
  readonly content: 'noise' | 'hard';
  readonly channels: number;
  readonly source: readonly [number, number];
  readonly full: readonly [number, number];
  readonly crop: readonly [number, number, number, number];
  readonly filter: string;
  readonly antialias?: boolean;
  readonly sha256: string;
}

/** Numbers of the filters: assembly/kernels/types.ts. */
export const FILTERS = ['nearest', 'box', 'bilinear', 'hamming', 'bicubic', 'lanczos', 'area'];
/** Numbers of the profiles. */
export const PROFILES = { pillow: 0, opencv: 1, torchvision: 2, tensorflow: 3 } as const;

/** The synthetic picture of a case. */
export function casePicture(
  item: Pick<ResizeCase, 'seed' | 'content' | 'channels' | 'source'>,
): Uint8Array<ArrayBuffer> {
  let state = item.seed;
  return new Uint8Array(item.source[0] * item.source[1] * item.channels).map(() => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return item.content === 'noise' ? state >>> 24 : (state >>> 31) * 255;
  });
}

/** The stage in a fresh module. */
export class ResizeStage {
  private constructor(
    readonly guest: TestGuest,
    readonly profile: number,
  ) {}

  static async open(profile: keyof typeof PROFILES): Promise<ResizeStage> {
    return new ResizeStage(await instantiateForTest('assembly/entries/kernel_testing.ts'), PROFILES[profile]);
  }

  /** Rows of the window of the case's picture (or of `pixels`), out of the stage that is fed with the rows that it asks for. */
  resize(item: Omit<ResizeCase, 'sha256'>, pixels: Uint8Array = casePicture(item)): Buffer {
    const { call, memory } = this.guest;
    const [width, height] = item.source;
    const stride = width * item.channels;
    const mark = call.arenaMark!();
    const row = call.arenaAlloc!(stride);
    const status = call.resizeBegin!(
      this.profile,
      FILTERS.indexOf(item.filter),
      Number(item.antialias ?? true),
      item.channels,
      width,
      height,
      ...item.full,
      ...item.crop,
    );
    assert.equal(status, 0);
    const bytes = item.crop[2] * item.channels * call.resizeElementBytes!();
    const rows: Buffer[] = [];
    for (let y = call.resizeFirstRow!(); y <= call.resizeLastRow!(); y++) {
      new Uint8Array(memory.buffer).set(pixels.subarray(y * stride, (y + 1) * stride), row);
      for (let ready = call.resizePush!(row); ready > 0; ready--) {
        const at = call.resizeTake!();
        rows.push(Buffer.from(memory.buffer.slice(at, at + bytes)));
      }
    }
    assert.equal(call.resizeTake!(), 0);
    call.arenaRelease!(mark);
    assert.equal(rows.length, item.crop[3]);
    return Buffer.concat(rows);
  }

  /** Fails for the first case whose rows are not the library's, byte for byte. */
  check(cases: readonly ResizeCase[]): void {
    for (const item of cases) {
      const { sha256, ...what } = item;
      const hash = createHash('sha256').update(this.resize(item)).digest('hex');
      assert.equal(hash, sha256, JSON.stringify(what));
    }
  }
}
