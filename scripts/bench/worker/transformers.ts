/** @huggingface/transformers: its image processor, and its pipeline; everything read from this disk. */
import { readFileSync } from 'node:fs';
import { importFrom, versionIn } from './rival_modules.js';
import { bytesOf, type MakeWork, type Work } from './work.js';

interface Transformers {
  env: { allowRemoteModels: boolean; localModelPath: string };
  RawImage: { fromBlob(blob: Blob): Promise<object> };
  AutoProcessor: {
    from_pretrained(
      name: string,
    ): Promise<(image: object) => Promise<{ pixel_values: { data: Float32Array } }>>;
  };
  pipeline(
    task: 'image-classification',
    model: string,
    options: object,
  ): Promise<(image: object, options: { top_k: number }) => Promise<{ label: string; score: number }[]>>;
}

interface Params {
  /** Folder with the rivals' node_modules. */
  rivals: string;
  files: string[];
  /** Folder of model folders, and the model's. */
  models: string;
  model: string;
}

async function load({ rivals, models }: Params) {
  const name = '@huggingface/transformers';
  const library = (await importFrom(rivals, name, 'dist/transformers.node.mjs')) as Transformers;
  library.env.allowRemoteModels = false;
  library.env.localModelPath = models;
  return { library, versions: { [name]: versionIn(rivals, name) } };
}

function overPictures<T>(
  files: readonly string[],
  run: (blob: Blob) => Promise<T>,
  toBytes: (last: T) => Uint8Array,
  versions: Readonly<Record<string, string>>,
): Work {
  const blobs = files.map((file) => new Blob([readFileSync(file)]));
  let last: T | undefined;
  return {
    units: blobs.length,
    async call(i) {
      last = await run(blobs[i] as Blob);
    },
    output: () => toBytes(last as T),
    versions,
  };
}

async function preprocess(params: Params): Promise<Work> {
  const { library, versions } = await load(params);
  const processor = await library.AutoProcessor.from_pretrained(params.model);
  const run = async (blob: Blob) => {
    const { pixel_values } = await processor(await library.RawImage.fromBlob(blob));
    return pixel_values.data;
  };
  return overPictures(params.files, run, bytesOf, versions);
}

async function classify(params: Params): Promise<Work> {
  const { library, versions } = await load(params);
  const session_options = { intraOpNumThreads: 1, interOpNumThreads: 1 };
  const classifier = await library.pipeline('image-classification', params.model, {
    dtype: 'fp32',
    device: 'cpu',
    session_options,
  });
  const run = async (blob: Blob) => await classifier(await library.RawImage.fromBlob(blob), { top_k: 5 });
  // Labels are class numbers in the configuration that the benchmark writes.
  const classes = (best: { label: string }[]) => bytesOf(Int32Array.from(best, ({ label }) => Number(label)));
  return overPictures(params.files, run, classes, versions);
}

export const TRANSFORMERS_WORK: Readonly<Record<string, MakeWork>> = { preprocess, classify };
