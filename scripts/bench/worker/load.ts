/** Subjects under load: how long the event loop is kept waiting, and how much is answered. */
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createEngine } from '../../../host/index.js';
import { SHARP_WORK } from './sharp.js';
import { bytesOf, type MakeWork, type Work } from './work.js';

interface EngineParams {
  files: string[];
  /** Folder of the model package. */
  model: string;
  workers: number;
}

/** Requests under way for each worker: one runs, one is at hand, two wait. */
const CLIENTS_PER_WORKER = 4;
/** Milliseconds between two looks of the timer that measures; they are no lag. */
const RESOLUTION_MS = 1;

/** 99th percentile of how much later than asked a timer ran, in milliseconds, while `load` went on. */
async function lagDuring(load: () => Promise<unknown>): Promise<number> {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  await load();
  histogram.disable();
  return Math.max(0, histogram.percentile(99) / 1e6 - RESOLUTION_MS);
}

/** Calls `one` from so many clients at once for at least `ms`; how often, and how long it took. */
async function saturate(
  one: (i: number) => unknown,
  clients: number,
  ms: number,
): Promise<{ calls: number; spent: number }> {
  const start = performance.now();
  let calls = 0;
  const client = async () => {
    while (performance.now() - start < ms) await one(calls++);
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { calls, spent: performance.now() - start };
}

async function loadedEngine({ files, model, workers }: EngineParams): Promise<{
  work: Omit<Work, 'measure'>;
  load(ms: number): ReturnType<typeof saturate>;
}> {
  const pictures = files.map((file) => readFileSync(file));
  const engine = await createEngine({ model, precision: 'fp32', workers });
  await engine.warm();
  let last: number[] = [];
  const classify = async (i: number) =>
    (await engine.classify(pictures[i % pictures.length] as Uint8Array)).predictions;
  return {
    work: {
      units: pictures.length,
      async call(i) {
        last = (await classify(i)).map(({ class_id }) => class_id);
      },
      output: () => bytesOf(Int32Array.from(last)),
    },
    load: (ms) => saturate(classify, workers * CLIENTS_PER_WORKER, ms),
  };
}

async function engineLag(params: EngineParams): Promise<Work> {
  const { work, load } = await loadedEngine(params);
  return { ...work, measure: (ms) => lagDuring(() => load(ms)) };
}

async function engineThroughput(params: EngineParams): Promise<Work> {
  const { work, load } = await loadedEngine(params);
  return {
    ...work,
    async measure(ms) {
      const { calls, spent } = await load(ms);
      return spent / calls;
    },
  };
}

/** sharp, JavaScript and onnxruntime-node's run() in the caller's own loop, one picture after the other. */
async function onnxruntimeLag(params: never): Promise<Work> {
  const work = await (SHARP_WORK.classify as MakeWork)(params);
  return {
    ...work,
    measure: (ms) => lagDuring(() => saturate((i) => work.call(i % work.units), 1, ms)),
  };
}

export const LOAD_WORK: Readonly<Record<string, MakeWork>> = {
  engineLag,
  engineThroughput,
  onnxruntimeLag,
};
