/** Kernels over vectors: softmax and ranking, normalising, number formats, hashing. */
import type { BenchCase, SubjectSpec } from '../case.js';
import { asF32, asI32, f32Difference } from '../compare.js';
import { logitsFile, noiseFile, rawPicture } from '../pictures.js';
import { nodeSubject, pythonSubject } from '../worker_subject.js';

const CLASSES = 1000;
const SIDE = 224;
const QUANTIZED = 1_000_000;
const TENSOR_BYTES = SIDE * SIDE * 3 * 4;

/** Ours, a kernel of bench_kernels.ts. */
const kernel = (subject: string, params: (machine: Parameters<SubjectSpec['open']>[0]) => object) => ({
  name: 'edge-infer',
  open: async (machine: Parameters<SubjectSpec['open']>[0]) =>
    nodeSubject(machine, {
      subject: `module.${subject}`,
      params: { wasm: await machine.guest('bench_kernels'), ...params(machine) },
    }),
});

const plain = (
  name: string,
  subject: string,
  params: (machine: Parameters<SubjectSpec['open']>[0]) => object,
) => ({
  name,
  open: async (machine: Parameters<SubjectSpec['open']>[0]) =>
    nodeSubject(machine, { subject: `plain.${subject}`, params: params(machine) }),
});

export const VECTOR_CASES: readonly BenchCase[] = [
  {
    id: 'vectors/softmax-top5',
    title: `softmax and the best 5 of ${CLASSES} logits`,
    per: 'a call',
    ours: kernel('rank', (machine) => ({ logits: logitsFile(machine, CLASSES) })),
    rivals: [
      {
        ...plain('JavaScript: map, sort', 'rank', (machine) => ({ logits: logitsFile(machine, CLASSES) })),
        goal: { ms: 0.003 },
        differs: { why: 'Math.exp rounds otherwise', compare: rankedDifference },
      },
      {
        ...plain('JavaScript: by hand', 'rankByHand', (machine) => ({
          logits: logitsFile(machine, CLASSES),
        })),
        differs: { why: 'Math.exp rounds otherwise', compare: rankedDifference },
      },
    ],
  },
  {
    id: 'vectors/normalize-224',
    title: 'normalise 224 x 224 x 3 bytes into an f32 tensor, NCHW',
    per: 'a call',
    ours: kernel('normalize', (machine) => ({ raw: rawPicture(machine, SIDE, SIDE) })),
    rivals: [
      {
        ...plain('JavaScript', 'normalize', (machine) => ({ raw: rawPicture(machine, SIDE, SIDE) })),
        goal: { ms: 0.06 },
        differs: { why: 'JavaScript rounds once, the card rounds each step to f32', compare: f32Difference },
      },
      {
        name: 'NumPy (Python)',
        open: (machine) =>
          pythonSubject(machine, {
            subject: 'normalize_numpy',
            params: { raw: rawPicture(machine, SIDE, SIDE) },
          }),
      },
    ],
  },
  {
    id: 'vectors/dequantize-1m',
    title: 'dequantise 1,000,000 int8 to f32',
    per: 'a call',
    ours: kernel('dequantize', (machine) => ({ values: noiseFile(machine, QUANTIZED) })),
    rivals: [
      {
        ...kernel('copy', () => ({ bytes: QUANTIZED * 4 })),
        name: 'memory.copy of the output',
        goal: { ratio: 1.5 },
        differs: { why: 'a copy computes nothing' },
      },
      plain('JavaScript', 'dequantize', (machine) => ({ values: noiseFile(machine, QUANTIZED) })),
    ],
  },
  {
    id: 'vectors/sha256-tensor',
    title: `SHA-256 of an input tensor of ${TENSOR_BYTES.toLocaleString('en')} bytes`,
    per: 'a call',
    ours: kernel('hash', (machine) => ({ values: noiseFile(machine, TENSOR_BYTES) })),
    rivals: [
      plain('node:crypto (OpenSSL)', 'hash', (machine) => ({ values: noiseFile(machine, TENSOR_BYTES) })),
    ],
  },
];

/** Rows {class i32, probability f32}: whether the classes are the same, and how far probabilities are apart. */
function rankedDifference(a: Uint8Array, b: Uint8Array): string {
  const [x, y] = [asI32(a), asI32(b)];
  const probabilities = (bytes: Uint8Array) =>
    new Uint8Array(asF32(bytes).filter((_, i) => i % 2 === 1).buffer);
  const same = x.every((value, i) => i % 2 === 1 || value === y[i]);
  const apart = f32Difference(probabilities(a), probabilities(b));
  return `${same ? 'the same classes' : 'OTHER CLASSES'}, probabilities ${apart}`;
}
