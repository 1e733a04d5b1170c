/** sharp (libvips), on one thread and without its cache; with JavaScript and onnxruntime-node behind it. */
import { readFileSync } from 'node:fs';
import { normalizeRgb, rankBySorting, suppressBoxes } from './plain.js';
import { requireFrom, versionIn } from './rival_modules.js';
import { bytesOf, type MakeWork, type Work } from './work.js';

interface RawPicture {
  data: Uint8Array;
  info: { width: number; height: number; channels: number };
}

interface Pipeline {
  metadata(): Promise<{ autoOrient: { width: number; height: number } }>;
  autoOrient(): Pipeline;
  resize(width: number, height: number, options: { fit: 'fill'; kernel: string }): Pipeline;
  extract(region: { left: number; top: number; width: number; height: number }): Pipeline;
  toColourspace(space: 'srgb'): Pipeline;
  removeAlpha(): Pipeline;
  raw(): Pipeline;
  toBuffer(options: { resolveWithObject: true }): Promise<RawPicture>;
}

interface Sharp {
  (
    input: Uint8Array,
    options?: { raw?: { width: number; height: number; channels: number }; limitInputPixels?: boolean },
  ): Pipeline;
  concurrency(threads: number): number;
  cache(use: boolean): unknown;
  versions: Readonly<Record<string, string>>;
}

/** Folder with the rivals' node_modules. */
interface FromRivals {
  rivals: string;
}

function loadSharp(folder: string): { sharp: Sharp; versions: Record<string, string> } {
  const sharp = requireFrom(folder, 'sharp') as Sharp;
  sharp.concurrency(1);
  sharp.cache(false);
  const version = `${versionIn(folder, 'sharp')} (libvips ${sharp.versions.vips})`;
  return { sharp, versions: { sharp: version } };
}

/** An asynchronous function over pictures. */
function overPictures<T>(
  files: readonly string[],
  run: (picture: Uint8Array) => Promise<T>,
  toBytes: (last: T) => Uint8Array,
  versions: Readonly<Record<string, string>>,
): Work {
  const pictures = files.map((file) => readFileSync(file));
  let last: T | undefined;
  return {
    units: pictures.length,
    async call(i) {
      last = await run(pictures[i] as Uint8Array);
    },
    output: () => toBytes(last as T),
    versions,
  };
}

async function decode({ rivals, files }: FromRivals & { files: string[] }): Promise<Work> {
  const { sharp, versions } = loadSharp(rivals);
  const run = (picture: Uint8Array) => sharp(picture).raw().toBuffer({ resolveWithObject: true });
  return overPictures(files, run, ({ data }) => data, versions);
}

interface ResizeParams extends FromRivals {
  raw: string;
  size: [number, number];
  to: [number, number];
  kernel: string;
}

async function resize({ rivals, raw, size, to, kernel }: ResizeParams): Promise<Work> {
  const { sharp, versions } = loadSharp(rivals);
  const options = { raw: { width: size[0], height: size[1], channels: 3 } };
  const run = (pixels: Uint8Array) =>
    sharp(pixels, options)
      .resize(...to, { fit: 'fill', kernel })
      .raw()
      .toBuffer({ resolveWithObject: true });
  return overPictures([raw], run, ({ data }) => data, versions);
}

/** Shorter side 256, middle 224 x 224, x / 127.5 - 1, NCHW. */
function makeTensor(sharp: Sharp): (picture: Uint8Array, to: Float32Array) => Promise<Float32Array> {
  return async (picture, to) => {
    const { width, height } = (await sharp(picture).metadata()).autoOrient;
    const [w, h] =
      width < height ? [256, Math.floor((256 * height) / width)] : [Math.floor((256 * width) / height), 256];
    const { data } = await sharp(picture)
      .autoOrient()
      .resize(w, h, { fit: 'fill', kernel: 'linear' })
      .extract({ left: Math.round((w - 224) / 2), top: Math.round((h - 224) / 2), width: 224, height: 224 })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return normalizeRgb(data, to);
  };
}

const ELEMENTS = 3 * 224 * 224;

async function preprocess({ rivals, files }: FromRivals & { files: string[] }): Promise<Work> {
  const { sharp, versions } = loadSharp(rivals);
  const tensor = makeTensor(sharp);
  const to = new Float32Array(ELEMENTS);
  return overPictures(files, (picture) => tensor(picture, to), bytesOf, versions);
}

interface OrtModule {
  InferenceSession: {
    create(
      file: string,
      options: object,
    ): Promise<{
      inputNames: string[];
      outputNames: string[];
      run(feeds: object): Promise<Record<string, { data: Float32Array }>>;
    }>;
  };
  Tensor: new (type: 'float32', data: Float32Array, dims: number[]) => object;
}

/** JPEG bytes to the five best classes, as an application without edge-infer would do it. */
async function classify({
  rivals,
  files,
  graph,
}: FromRivals & { files: string[]; graph: string }): Promise<Work> {
  const { sharp, versions } = loadSharp(rivals);
  const ort = requireFrom(rivals, 'onnxruntime-node') as OrtModule;
  const session = await ort.InferenceSession.create(graph, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  const [input = '', output = ''] = [session.inputNames[0], session.outputNames[0]];
  const tensor = makeTensor(sharp);
  const to = new Float32Array(ELEMENTS);
  const run = async (picture: Uint8Array) => {
    await tensor(picture, to);
    const answer = await session.run({ [input]: new ort.Tensor('float32', to, [1, 3, 224, 224]) });
    return rankBySorting((answer[output] as { data: Float32Array }).data, 5);
  };
  const classes = (rows: DataView) =>
    bytesOf(Int32Array.from({ length: 5 }, (_, i) => rows.getInt32(i * 8, true)));
  return overPictures(files, run, classes, {
    ...versions,
    'onnxruntime-node': versionIn(rivals, 'onnxruntime-node'),
  });
}

/** JPEG bytes to the boxes of UltraFace, as an application without edge-infer would do it. */
async function detect({
  rivals,
  files,
  graph,
}: FromRivals & { files: string[]; graph: string }): Promise<Work> {
  const { sharp, versions } = loadSharp(rivals);
  const ort = requireFrom(rivals, 'onnxruntime-node') as OrtModule;
  const session = await ort.InferenceSession.create(graph, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  const [width, height] = [320, 240];
  const to = new Float32Array(3 * width * height);
  const run = async (picture: Uint8Array) => {
    const { autoOrient } = await sharp(picture).metadata();
    const { data } = await sharp(picture)
      .autoOrient()
      .resize(width, height, { fit: 'fill', kernel: 'linear' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const plane = width * height;
    for (let i = 0; i < plane; i++) {
      for (let c = 0; c < 3; c++) to[c * plane + i] = ((data[i * 3 + c] ?? 0) - 127) / 128;
    }
    const { scores, boxes } = await session.run({
      input: new ort.Tensor('float32', to, [1, 3, height, width]),
    });
    return suppressBoxes(scores?.data ?? new Float32Array(), boxes?.data ?? new Float32Array(), autoOrient);
  };
  return overPictures(files, run, (boxes) => bytesOf(Float32Array.from(boxes)), {
    ...versions,
    'onnxruntime-node': versionIn(rivals, 'onnxruntime-node'),
  });
}

export const SHARP_WORK: Readonly<Record<string, MakeWork>> = {
  decode,
  resize,
  preprocess,
  classify,
  detect,
};
