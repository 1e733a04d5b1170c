/** The engine with worker threads under load: the event loop's lag, and what more workers bring. */
import { availableParallelism } from 'node:os';
import type { BenchCase, SubjectSpec } from '../case.js';
import { topOneAgreement } from '../compare.js';
import { mobileNet, mobileNetGraph } from '../models.js';
import { nodeSubject } from '../worker_subject.js';

const CORES = availableParallelism();
/** Of N times one worker's throughput with N workers. */
const SHARE = 0.9;
const SAMPLE_MS = 3000;
const ROUNDS = 5;

function engine(subject: 'engineLag' | 'engineThroughput', workers: number): SubjectSpec {
  return {
    name: `edge-infer, createEngine with ${workers} ${workers === 1 ? 'worker' : 'workers'}`,
    open: async (machine) =>
      nodeSubject(machine, {
        subject: `load.${subject}`,
        params: { files: (await machine.pictures()).photographs, model: mobileNet(), workers },
        ms: SAMPLE_MS,
      }),
  };
}

export const ENGINE_CASES: readonly BenchCase[] = [
  {
    id: 'engine/loop-lag',
    title: 'lag of the event loop (99th percentile) while all cores classify photographs, MobileNetV2 FP32',
    per: 'a turn of the loop',
    rounds: ROUNDS,
    ours: engine('engineLag', CORES),
    rivals: [
      {
        name: 'sharp + onnxruntime-node’s run() in the loop',
        open: async (machine) =>
          nodeSubject(machine, {
            subject: 'load.onnxruntimeLag',
            params: {
              rivals: await machine.nodeRivals(),
              files: (await machine.pictures()).photographs,
              graph: mobileNetGraph(),
            },
            ms: SAMPLE_MS,
          }),
        goal: { ms: 5 },
        missed:
          'The loop’s thread waits for a core that a worker has: the workers run at a lower priority, but other processes do not.',
        differs: { why: 'another resize gives another tensor', compare: topOneAgreement },
      },
    ],
  },
  {
    id: 'engine/throughput',
    title: `JPEG bytes to the best 5 classes with ${CORES} workers on ${CORES} cores, MobileNetV2 FP32`,
    per: 'a picture',
    rounds: ROUNDS,
    ours: engine('engineThroughput', CORES),
    rivals: [
      {
        ...engine('engineThroughput', 1),
        goal: { ratio: Number((1 / (SHARE * CORES)).toPrecision(3)) },
        missed:
          'The cores share their caches and the memory bus, and other processes and the engine’s own thread take their part of them.',
      },
    ],
  },
];
