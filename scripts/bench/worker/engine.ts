/** Ours as an application uses it: the embedding API. */
import { readFileSync } from 'node:fs';
import { type Classification, createEngine } from '../../../host/index.js';
import { bytesOf, type MakeWork, type Work } from './work.js';

interface Params {
  files: string[];
  /** Folder of the model package. */
  model: string;
}

/** JPEG bytes to the five best classes. */
async function classify({ files, model }: Params): Promise<Work> {
  const pictures = files.map((file) => readFileSync(file));
  const engine = await createEngine({ model, precision: 'fp32', workers: 0 });
  const spent: Classification['timings'][] = [];
  let last: number[] = [];
  return {
    units: pictures.length,
    async call(i) {
      const { predictions, timings } = await engine.classify(pictures[i] as Uint8Array, { top: 5 });
      spent[i] = timings;
      last = predictions.map((prediction) => prediction.class_id);
    },
    output: () => bytesOf(Int32Array.from(last)),
    profile() {
      const mean = (phase: keyof Classification['timings']) =>
        (spent.reduce((sum, timings) => sum + timings[phase], 0) / spent.length).toFixed(2);
      return `decoding ${mean('decode')} ms, resizing, normalising and SHA-256 ${mean('preprocess')} ms, graph ${mean('infer')} ms, ranking ${mean('postprocess')} ms`;
    },
  };
}

/** JPEG bytes to boxes; the output is those of the last picture. */
async function detect({ files, model }: Params): Promise<Work> {
  const pictures = files.map((file) => readFileSync(file));
  const engine = await createEngine({ model, workers: 0 });
  let last: number[] = [];
  return {
    units: pictures.length,
    async call(i) {
      last = (await engine.detect(pictures[i] as Uint8Array)).predictions.flatMap(({ box }) => box);
    },
    output: () => bytesOf(Float32Array.from(last)),
  };
}

export const ENGINE_WORK: Readonly<Record<string, MakeWork>> = { classify, detect };
