/** Whole preprocessing: JPEG bytes to the input tensor, 60 photographs of about 500 x 375. */
import { artifact } from '../../../host/runtimes/artifacts.js';
import type { BenchCase, Rival } from '../case.js';
import { f32Difference } from '../compare.js';
import type { BenchMachine } from '../machine.js';
import { cardFile, TENSOR_ELEMENTS, transformersModels } from '../models.js';
import { nodeSubject, pythonSubject } from '../worker_subject.js';

const MISSED =
  'Decoding and the two passes of the resizer share the time about equally. The passes compute two 16-bit products a tap, as Pillow’s coefficients have 22 bits; ' +
  'one would do where a bound on the other shows that it cannot change the rounding.';

const files = async (machine: BenchMachine) => (await machine.pictures()).photographs;

const pillow: Rival = {
  name: 'Pillow + NumPy (Python)',
  open: async (machine) =>
    pythonSubject(machine, { subject: 'preprocess_pillow', params: { files: await files(machine) } }),
  goal: { ratio: 1.2 },
  missed: MISSED,
};

const sharp: Rival = {
  name: 'sharp + JavaScript',
  open: async (machine) =>
    nodeSubject(machine, {
      subject: 'sharp.preprocess',
      params: { rivals: await machine.nodeRivals(), files: await files(machine) },
    }),
  goal: { ratio: 0.7 },
  missed: MISSED,
  differs: { why: 'libvips resizes by another method', compare: f32Difference },
};

const transformers: Rival = {
  name: '@huggingface/transformers, image processor',
  open: async (machine) =>
    nodeSubject(machine, {
      subject: 'transformers.preprocess',
      params: {
        rivals: await machine.nodeRivals(),
        files: await files(machine),
        ...transformersModels(machine),
      },
    }),
  differs: { why: 'libvips resizes by another method', compare: f32Difference },
};

export const PREPROCESS_CASES: readonly BenchCase[] = [
  {
    id: 'preprocess/tensor',
    title: 'decode, resize, crop, normalise: JPEG to tensor 224 x 224 x 3',
    per: 'a picture',
    rounds: 11,
    ours: {
      name: 'edge-infer',
      open: async (machine) =>
        nodeSubject(machine, {
          subject: 'module.tensor',
          params: {
            wasm: await machine.guest('bench_kernels'),
            files: await files(machine),
            card: cardFile(machine),
            bytes: TENSOR_ELEMENTS * 4,
          },
        }),
    },
    rivals: [pillow, sharp, transformers],
  },
  {
    id: 'preprocess/tensor-and-hash',
    title: 'the same with the SHA-256 of the tensor, as edge_preprocess gives it',
    per: 'a picture',
    rounds: 11,
    ours: {
      name: 'edge-infer',
      open: async (machine) =>
        nodeSubject(machine, {
          subject: 'module.preprocess',
          params: { wasm: artifact('kernels'), files: await files(machine), card: cardFile(machine) },
        }),
    },
    rivals: [{ name: pillow.name, open: pillow.open }],
  },
];
