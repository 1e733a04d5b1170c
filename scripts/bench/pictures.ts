/** Inputs of the cases: pictures (made by make_pictures.py) and seeded numbers (made here). */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CHECKOUT, sharedData } from '../machine/paths.js';
import type { BenchMachine } from './machine.js';

/** Files of the pictures; see make_pictures.py. */
export interface Pictures {
  /** Where they come from, for the tables. */
  source: string;
  /** 60 of about 500 x 375. */
  photographs: string[];
  /** 16 of exactly 500 x 375, baseline; the same in the other codings. */
  jpeg: string[];
  progressive: string[];
  png: string[];
  /** One of 12 megapixels, baseline. */
  large: string;
  large_size: [number, number];
}

/** The pictures, made once a machine. */
export async function makePictures(machine: BenchMachine): Promise<Pictures> {
  const script = join(CHECKOUT, 'scripts/bench/make_pictures.py');
  const shared = sharedData();
  const photographs = shared === undefined ? undefined : join(shared, 'images/imagenet_samples_400');
  const key = createHash('sha256')
    .update(readFileSync(script))
    .update(photographs ?? '')
    .digest('hex')
    .slice(0, 12);
  const folder = machine.folder('pictures', key);
  const index = join(folder, 'index.json');
  if (!existsSync(index)) {
    machine.say('making the pictures ...');
    const args = [script, folder, ...(photographs === undefined ? [] : [photographs])];
    await promisify(execFile)(await machine.python(), args);
  }
  return JSON.parse(readFileSync(index, 'utf8')) as Pictures;
}

/** Reproducible numbers 0..2^32-1 (a linear congruential generator, of which the high bits are used). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
}

/** A file of the benchmark's folder, made when it is not there. */
function made(machine: BenchMachine, name: string, make: () => Uint8Array): string {
  const file = join(machine.folder('inputs'), name);
  if (!existsSync(file)) {
    writeFileSync(`${file}.${process.pid}`, make());
    renameSync(`${file}.${process.pid}`, file);
  }
  return file;
}

/** Raw RGB pixels: slopes of colour with grain on them. */
export function rawPicture(machine: BenchMachine, width: number, height: number): string {
  return made(machine, `rgb-${width}x${height}.raw`, () => {
    const random = seeded(width * 65537 + height);
    const pixels = new Uint8Array(width * height * 3);
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at += 3) {
        const grain = random() >>> 27;
        pixels[at] = ((x * 223) / width + grain) | 0;
        pixels[at + 1] = ((y * 223) / height + grain) | 0;
        pixels[at + 2] = (((x + y) & 255) * 0.8 + grain) | 0;
      }
    }
    return pixels;
  });
}

/** f32 logits as a classifier gives them: most near 0, a few large. */
export function logitsFile(machine: BenchMachine, count: number): string {
  return made(machine, `logits-${count}.f32`, () => {
    const random = seeded(count);
    const unit = () => (random() + 0.5) / 2 ** 32;
    const values = Float32Array.from(
      { length: count },
      () => 2 * Math.sqrt(-2 * Math.log(unit())) * Math.cos(2 * Math.PI * unit()),
    );
    return new Uint8Array(values.buffer);
  });
}

/** Noise. */
export function noiseFile(machine: BenchMachine, bytes: number): string {
  return made(machine, `noise-${bytes}.bin`, () => {
    const random = seeded(bytes);
    return new Uint8Array(bytes).map(() => random() >>> 24);
  });
}
