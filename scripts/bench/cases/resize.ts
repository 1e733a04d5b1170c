/** Resizing alone: RGB pixels 4928 x 3279 to 852 x 567, the sizes of fast_image_resize's own benchmark. */
import { readFileSync } from 'node:fs';
import type { BenchCase, SubjectSpec } from '../case.js';
import { buildRival, type CommandInput, commandSubject, inRuntime, program } from '../commands.js';
import { u8Difference } from '../compare.js';
import type { BenchMachine } from '../machine.js';
import { rawPicture } from '../pictures.js';
import { nodeSubject, pythonSubject } from '../worker_subject.js';

const SIZE: [number, number] = [4928, 3279];
const TO: [number, number] = [852, 567];
const ROUNDS = 15;

const MISSED =
  'Bit for bit equal to Pillow means coefficients of 22 bits: WebAssembly multiplies 16 bits, so each tap is two products and two sums (fast_image_resize rounds to 16 bits and needs one). ' +
  'Needed: the upper product alone, and the lower one only for pixels where a bound on it leaves the rounding open, a few in a hundred.';

/** Numbers of kernels/types.ts. */
const PROFILE_PILLOW = 0;
const PROFILE_OPENCV = 1;
const FILTER_AREA = 6;
/** Filters of kernels/types.ts, and what sharp calls them. */
const FILTERS = {
  bilinear: { filter: 2, kernel: 'linear' },
  lanczos: { filter: 5, kernel: 'lanczos3' },
} as const;
type FilterName = keyof typeof FILTERS;

const inputs = (machine: BenchMachine) => ({ raw: rawPicture(machine, ...SIZE), size: SIZE, to: TO });

function pillowProfile(name: FilterName): BenchCase {
  const { filter, kernel } = FILTERS[name];
  return {
    id: `resize/pillow-${name}`,
    title: `resize ${SIZE.join(' x ')} to ${TO.join(' x ')}, profile pillow, ${name}`,
    per: 'a picture',
    rounds: ROUNDS,
    ours: {
      name: 'edge-infer',
      open: async (machine) =>
        nodeSubject(machine, {
          subject: 'module.resize',
          params: {
            ...inputs(machine),
            wasm: await machine.guest('bench_kernels'),
            profile: PROFILE_PILLOW,
            filter,
            antialias: true,
          },
        }),
    },
    rivals: [
      {
        name: 'Pillow (Python)',
        open: (machine) =>
          pythonSubject(machine, { subject: 'resize_pillow', params: { ...inputs(machine), filter } }),
        goal: { ratio: 0.25 },
        missed: MISSED,
      },
      {
        name: 'sharp',
        open: async (machine) =>
          nodeSubject(machine, {
            subject: 'sharp.resize',
            params: { ...inputs(machine), rivals: await machine.nodeRivals(), kernel },
          }),
        differs: { why: 'libvips resizes by another method', compare: u8Difference },
      },
      {
        name: 'JavaScript',
        open: (machine) =>
          nodeSubject(machine, { subject: 'plain.resize', params: { ...inputs(machine), filter } }),
      },
    ],
  };
}

/** The profile opencv against OpenCV itself, which must give the same bytes. */
function opencvProfile(interpolation: 'linear' | 'area'): BenchCase {
  const filter = { linear: FILTERS.bilinear.filter, area: FILTER_AREA }[interpolation];
  return {
    id: `resize/opencv-${interpolation}`,
    title: `resize ${SIZE.join(' x ')} to ${TO.join(' x ')}, profile opencv, ${interpolation}`,
    per: 'a picture',
    rounds: ROUNDS,
    ours: {
      name: 'edge-infer',
      open: async (machine) =>
        nodeSubject(machine, {
          subject: 'module.resize',
          params: {
            ...inputs(machine),
            wasm: await machine.guest('bench_kernels'),
            profile: PROFILE_OPENCV,
            filter,
            antialias: false,
          },
        }),
    },
    rivals: [
      {
        name: 'OpenCV (Python)',
        open: (machine) =>
          pythonSubject(machine, { subject: 'resize_opencv', params: { ...inputs(machine), interpolation } }),
      },
    ],
  };
}

const RUNS = 3;

/** What assembly/entries/bench_resize.ts and fast_image_resize/src/main.rs read. */
function commandInput(machine: BenchMachine, filter: number): CommandInput {
  const head = Int32Array.of(PROFILE_PILLOW, filter, 1, ...SIZE, ...TO, RUNS);
  const pixels = readFileSync(rawPicture(machine, ...SIZE));
  return { bytes: Buffer.concat([new Uint8Array(head.buffer), pixels]), runs: RUNS, units: 1 };
}

/** Wasmtime's code against Wasmtime's code, and against what Rust compiles for this processor. */
function inWasmtime(name: FilterName): BenchCase {
  const { filter } = FILTERS[name];
  const run = (machine: BenchMachine, module: string) =>
    commandSubject(machine, inRuntime(machine, 'wasmtime', module), commandInput(machine, filter));
  const differs = { why: 'its coefficients have 16 bits, Pillow has 22', compare: u8Difference };
  return {
    id: `resize/wasmtime-${name}`,
    title: `resize ${SIZE.join(' x ')} to ${TO.join(' x ')}, profile pillow, ${name}, in Wasmtime`,
    per: 'a picture',
    rounds: ROUNDS,
    ours: {
      name: 'edge-infer, Wasmtime',
      open: async (machine) => run(machine, await machine.guest('bench_resize')),
    },
    rivals: [
      {
        name: 'fast_image_resize, wasm SIMD128, Wasmtime',
        open: async (machine) => run(machine, await buildRival(machine, 'wasi')),
        goal: { ratio: 1.2 },
        missed: MISSED,
        differs,
      },
      {
        name: 'fast_image_resize, native',
        open: async (machine) =>
          commandSubject(
            machine,
            program(await buildRival(machine, 'native')),
            commandInput(machine, filter),
          ),
        differs,
      },
    ],
  };
}

/** SIMD against our own plain form, one pass of the two. */
function passCase(pass: 'horizontal' | 'vertical'): BenchCase {
  const open =
    (vector: boolean): SubjectSpec['open'] =>
    async (machine) =>
      nodeSubject(machine, {
        subject: 'module.resizePass',
        params: {
          ...inputs(machine),
          wasm: await machine.guest('bench_kernels'),
          filter: FILTERS.bilinear.filter,
          pass,
          vector,
        },
      });
  return {
    id: `resize/simd-${pass}`,
    title: `${pass} pass, bilinear, SIMD against scalar`,
    per: 'a picture',
    rounds: ROUNDS,
    ours: { name: 'edge-infer, SIMD', open: open(true) },
    rivals: [{ name: 'edge-infer, scalar', open: open(false), goal: { ratio: 0.2 } }],
  };
}

export const RESIZE_CASES: readonly BenchCase[] = [
  pillowProfile('bilinear'),
  pillowProfile('lanczos'),
  opencvProfile('linear'),
  opencvProfile('area'),
  inWasmtime('bilinear'),
  inWasmtime('lanczos'),
  passCase('horizontal'),
  passCase('vertical'),
];
