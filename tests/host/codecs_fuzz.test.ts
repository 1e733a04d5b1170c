/**
 * Mutated files: each must give a status, in bounded time, and write nowhere but in its own part of the arena.
 * Seeded: a failure names the number of the input, which makes it again.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { sharedData } from '../../scripts/machine/paths.js';
import {
  type Codecs,
  codecs,
  idatChunks,
  makePng,
  type PngPlan,
  pngChunk,
  pngStream,
  seeded,
} from '../support/pictures.js';

const BUDGET_MS = 15_000;
const INPUTS = 6000;
const LEAST_INPUTS = 1000;
/** Longest that one input may take on a busy machine. */
const ONE_MS = 2000;
const CANARY = 0xa5;
/** Bytes above the arena's top that are watched. */
const WATCHED = 256 * 1024;

function madeHere(): Buffer[] {
  const plan: PngPlan = {
    width: 13,
    height: 9,
    depth: 8,
    color: 2,
    sample: (x, y, c) => (x * y + c * 40) & 255,
  };
  const bmp = Buffer.alloc(54 + 64);
  bmp.write('BM', 0, 'latin1');
  bmp.set([54, 0, 0, 0, 40, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 1, 0, 32, 0], 10);
  return [
    makePng(plan),
    makePng({ ...plan, color: 6, depth: 16, interlaced: true, split: [20] }),
    makePng({ ...plan, color: 0, depth: 2, sample: (x) => x & 3, transparency: Buffer.from([0, 2]) }),
    makePng({
      ...plan,
      color: 3,
      depth: 4,
      sample: (x) => x & 15,
      palette: Buffer.alloc(48, 9),
      transparency: Buffer.alloc(9),
    }),
    makePng({
      ...plan,
      width: 300,
      height: 300,
      color: 0,
      sample: (x, y) => (x >> 4) ^ (y >> 5),
      zlib: { level: 9 },
    }),
    makePng({ ...plan, zlib: { level: 0 } }),
    bmp,
    Buffer.from(`P6 # c\n4 4 255\n${'x'.repeat(48)}`),
    Buffer.from('P3 2 2 300 1 2 3 4 5 6 7 8 9 10 11 300'),
    Buffer.from('P1 8 2 0101010111110000'),
  ];
}

function fromPngSuite(): Buffer[] {
  const data = sharedData();
  const folder = data === undefined ? undefined : join(data, 'images/conformance/pngsuite');
  if (folder === undefined || !existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.png'))
    .map((name) => readFileSync(join(folder, name)))
    .filter((file) => file.length < 1500);
}

/** Mends the CRCs, so that mutations reach the decoder behind them. */
function mendChunks(file: Buffer): Buffer {
  const parts = [file.subarray(0, 8)];
  let at = 8;
  while (at + 12 <= file.length) {
    const length = file.readUInt32BE(at);
    if (length > file.length - at - 12) break;
    parts.push(pngChunk(file.toString('latin1', at + 4, at + 8), file.subarray(at + 8, at + 8 + length)));
    at += 12 + length;
  }
  return Buffer.concat([...parts, file.subarray(at)]);
}

function mutate(file: Buffer, random: () => number): Buffer {
  let out = Buffer.from(file);
  for (let n = 1 + (random() % 6); n > 0; n -= 1) {
    const at = random() % out.length;
    const kind = random() % 6;
    if (kind === 0) out[at] = random();
    else if (kind === 1) out[at]! ^= 1 << (random() % 8);
    else if (kind === 2) out[at] = [0, 1, 0x7f, 0x80, 0xff][random() % 5]!;
    else if (kind === 3)
      out = Buffer.concat([out.subarray(0, at), out.subarray(Math.min(out.length, at + (random() % 20)))]);
    else if (kind === 4) out = Buffer.concat([out.subarray(0, at), out.subarray(random() % out.length)]);
    else out.fill(random() & 255, at, Math.min(out.length, at + (random() % 8)));
    if (out.length < 2) return Buffer.from(file);
  }
  return random() % 4 === 0 ? out.subarray(0, random() % out.length) : out;
}

/** A PNG whose deflate stream is random or damaged, with right CRCs. */
function damagedStream(random: () => number): Buffer {
  const side = 1 + (random() % 64);
  const plan: PngPlan = { width: side, height: side, depth: 8, color: 2, sample: (x, y) => (x ^ y) & 255 };
  const stream = deflateSync(pngStream(plan), { level: random() % 10 });
  for (let n = random() % 5; n > 0; n -= 1) stream[2 + (random() % (stream.length - 2))] = random();
  const noise = Buffer.from(Array.from({ length: 40 }, () => random() & 255));
  const data = random() % 3 === 0 ? Buffer.concat([Buffer.from([0x78, 0x9c]), noise]) : stream;
  const file = makePng(plan);
  return Buffer.concat([
    file.subarray(0, 33),
    ...idatChunks(data, [1 + (random() % 500)]),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Decodes while everything outside the input's own part of the arena is watched. */
class Watched {
  readonly #guest: Codecs;
  readonly #base: number;
  readonly #below: Buffer;
  readonly #canary = Buffer.alloc(WATCHED, CANARY);

  constructor(guest: Codecs) {
    this.#guest = guest;
    const { call } = guest;
    // Room for any of the inputs, all canaries; a wall of canaries below the inputs.
    const room = call.arenaMark!();
    const block = call.arenaAlloc!(WATCHED * 16);
    this.#memory().fill(CANARY, block, block + WATCHED * 16);
    call.arenaRelease!(room);
    call.arenaAlloc!(4096);
    this.#base = call.arenaMark!();
    this.#below = Buffer.from(this.#memory().subarray(0, this.#base));
  }

  #memory(): Buffer {
    return Buffer.from(this.#guest.memory.buffer);
  }

  decode(file: Buffer, name: string): number {
    const { call } = this.#guest;
    const source = call.arenaAlloc!(file.length);
    this.#memory().set(file, source);
    const from = performance.now();
    let status = call.imageOpen!(source, file.length);
    if (status === 0) {
      const [width, height, channels] = [call.imageWidth!(), call.imageHeight!(), call.imageChannels!()];
      assert.ok(width > 0 && height > 0 && width * height <= 2 ** 28 && channels >= 1 && channels <= 4, name);
      for (let y = 0; y < height && status === 0; y += 1) {
        const row = call.imageNextRow!();
        if (row === 0) status = call.imageStatus!();
        else
          assert.ok(
            row >= this.#base && row + width * channels <= call.arenaMark!(),
            `${name}: row in the arena`,
          );
      }
      if (status === 0) assert.equal(call.imageNextRow!(), 0, `${name}: no row after the last`);
    }
    assert.ok(performance.now() - from < ONE_MS, `${name} took ${performance.now() - from} ms`);
    assert.ok(status === 0 || status === 1 || (status >= 140 && status < 190), `${name}: status ${status}`);
    const top = call.arenaMark!();
    const memory = this.#memory();
    const watchedEnd = Math.min(top + WATCHED, this.#base + WATCHED * 15);
    assert.ok(memory.subarray(0, this.#base).equals(this.#below), `${name} wrote below the arena's mark`);
    assert.ok(memory.subarray(source, source + file.length).equals(file), `${name} changed its source`);
    if (watchedEnd > top) {
      assert.ok(
        memory.subarray(top, watchedEnd).equals(this.#canary.subarray(0, watchedEnd - top)),
        `${name} wrote above`,
      );
    }
    call.arenaRelease!(this.#base);
    memory.fill(CANARY, this.#base, Math.min(top, this.#base + WATCHED * 15));
    return status;
  }
}

test('mutated files give a status, in time, and write only in their part of the arena', async (context) => {
  const watched = new Watched(await codecs());
  const random = seeded(20240607);
  const seeds = [...madeHere(), ...fromPngSuite()];
  for (const [i, file] of seeds.entries()) watched.decode(file, `seed ${i}`);
  const end = performance.now() + BUDGET_MS;
  const tally = new Map<number, number>();
  let done = 0;
  for (; done < INPUTS && (done < LEAST_INPUTS || performance.now() < end); done += 1) {
    let file: Buffer;
    if (random() % 4 === 0) file = damagedStream(random);
    else {
      file = mutate(seeds[random() % seeds.length]!, random);
      if (random() % 2 === 0) file = mendChunks(file);
    }
    // A mutated file that begins like a JPEG belongs to the JPEG decoder's own tests.
    if (file[0] === 0xff && file[1] === 0xd8) continue;
    const status = watched.decode(file, `input ${done}`);
    tally.set(status, (tally.get(status) ?? 0) + 1);
  }
  context.diagnostic(
    `${done} inputs: ${[...tally]
      .sort((a, b) => b[1] - a[1])
      .map(([s, n]) => `${s}: ${n}`)
      .join(', ')}`,
  );
  assert.ok(tally.size > 12, 'many different ends');
});
