/** Ours as an application uses it: the embedding API. */
import { readFileSync } from 'node:fs';
import { createEngine } from '../../../host/index.js';
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
  let last: number[] = [];
  return {
    units: pictures.length,
    async call(i) {
      const { predictions } = await engine.classify(pictures[i] as Uint8Array, { top: 5 });
      last = predictions.map((prediction) => prediction.class_id);
    },
    output: () => bytesOf(Int32Array.from(last)),
  };
}

export const ENGINE_WORK: Readonly<Record<string, MakeWork>> = { classify };
