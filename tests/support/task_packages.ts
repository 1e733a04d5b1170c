/** Model packages for tasks around the graphs of ../shared/data, written when a test runs. */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { CardInput, CardOutput, ModelCard } from '../../host/models/card.js';

/** Writes a package; `files` are paths of graph files, `texts` other files by name. Gives its folder. */
export function writePackage(
  folder: string,
  card: Omit<ModelCard, 'schema' | 'version' | 'graphs' | 'files'>,
  encoding: 'onnx' | 'openvino' | 'tensorflowlite',
  files: readonly string[],
  others: Readonly<Record<string, string | Uint8Array>> = {},
): string {
  mkdirSync(folder, { recursive: true });
  const listed = (path: string) => {
    const bytes = readFileSync(join(folder, path));
    return { path, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
  };
  for (const file of files) copyFileSync(file, join(folder, basename(file)));
  for (const [name, content] of Object.entries(others)) writeFileSync(join(folder, name), content);
  const whole: ModelCard = {
    schema: 1,
    version: '1.0.0',
    ...card,
    graphs: [{ encoding, precision: 'fp32', files: files.map((file) => listed(basename(file))) }],
    files: Object.keys(others).map(listed),
  };
  writeFileSync(join(folder, 'model.json'), JSON.stringify(whole, undefined, 2));
  return folder;
}

/** Input of UltraFace, as its author feeds it. */
const ULTRAFACE_INPUT: CardInput = {
  name: 'input',
  dtype: 'f32',
  layout: 'NCHW',
  shape: [1, 3, 240, 320],
  color: 'RGB',
  resize: { profile: 'opencv', filter: 'linear', size: [240, 320] },
  normalize: { mean: [127, 127, 127], std: [128, 128, 128] },
};
const ULTRAFACE_OUTPUT: CardOutput[] = [
  {
    name: 'scores',
    dtype: 'f32',
    kind: 'scores',
    shape: [1, 4420, 2],
    class_offset: 1,
    labels: 'labels.txt',
  },
  { name: 'boxes', dtype: 'f32', kind: 'boxes', shape: [1, 4420, 4] },
];

/** UltraFace RFB-320: faces, boxes decoded in the graph. */
export function writeUltraFace(folder: string, data: string): string {
  return writePackage(
    folder,
    {
      name: 'ultraface-rfb-320',
      task: 'detect',
      input: ULTRAFACE_INPUT,
      output: ULTRAFACE_OUTPUT,
      detect: { head: 'boxes', iou: 0.3, threshold: 0.7 },
    },
    'onnx',
    [join(data, 'models/ultraface_rfb320/version-RFB-320.onnx')],
    { 'labels.txt': 'face\n' },
  );
}

/** The same weights, boxes as offsets from priors. */
export function writeUltraFaceWithPriors(folder: string, data: string): string {
  return writePackage(
    folder,
    {
      name: 'ultraface-rfb-320-priors',
      task: 'detect',
      input: ULTRAFACE_INPUT,
      output: ULTRAFACE_OUTPUT,
      detect: { head: 'ssd_priors', priors: 'priors.f32', box: 'cxcywh', iou: 0.3, threshold: 0.7 },
    },
    'onnx',
    [join(data, 'models/ultraface_rfb320/version-RFB-320_simplified.onnx')],
    { 'labels.txt': 'face\n', 'priors.f32': ultraFacePriors() },
  );
}

/** Centres and sizes of UltraFace's priors for 320 x 240: parts of the input, f32[4420][4]. */
export function ultraFacePriors(): Uint8Array {
  const [width, height] = [320, 240];
  const levels = [
    { stride: 8, sizes: [10, 16, 24] },
    { stride: 16, sizes: [32, 48] },
    { stride: 32, sizes: [64, 96] },
    { stride: 64, sizes: [128, 192, 256] },
  ];
  const priors: number[] = [];
  for (const { stride, sizes } of levels) {
    const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)];
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        for (const size of sizes) {
          const prior = [(x + 0.5) / columns, (y + 0.5) / rows, size / width, size / height];
          priors.push(...prior.map((value) => Math.min(1, value)));
        }
      }
    }
  }
  return new Uint8Array(Float32Array.from(priors).buffer);
}

/** DeepLab v3 of Coral: a class map of 513 x 513 from u8 pixels. */
export function writeDeepLab(folder: string, data: string): string {
  const model = join(data, 'models/coral_deeplabv3_mnv2_dm05_pascal_quant');
  return writePackage(
    folder,
    {
      name: 'deeplab-v3-pascal',
      task: 'segment',
      input: {
        name: 'MobilenetV2/MobilenetV2/input',
        dtype: 'u8',
        layout: 'NHWC',
        shape: [1, 513, 513, 3],
        color: 'RGB',
        resize: { profile: 'pillow', filter: 'bilinear', size: [513, 513] },
      },
      output: {
        name: 'ArgMax',
        dtype: 'i64',
        kind: 'mask',
        shape: [1, 513, 513],
        labels: 'labels.txt',
      },
    },
    'tensorflowlite',
    [join(model, 'deeplabv3_mnv2_dm05_pascal_quant.tflite')],
    { 'labels.txt': readFileSync(join(model, 'pascal_voc_segmentation_labels.txt')) },
  );
}

/** Road segmentation of Open Model Zoo: four scores for each of 512 x 896 pixels. */
export function writeRoadSegmentation(folder: string, data: string): string {
  const model = join(data, 'models/openvino_road_segmentation_adas_0001/road-segmentation-adas-0001');
  return writePackage(
    folder,
    {
      name: 'road-segmentation-adas-0001',
      task: 'segment',
      input: {
        name: 'data',
        dtype: 'f32',
        layout: 'NCHW',
        shape: [1, 3, 512, 896],
        color: 'BGR',
        resize: { profile: 'opencv', filter: 'linear', size: [512, 896] },
      },
      output: {
        name: 'L0317_ReWeight_SoftMax',
        dtype: 'f32',
        kind: 'probabilities',
        shape: [1, 4, 512, 896],
        labels: 'labels.txt',
      },
      segment: { upsample: 'nearest' },
    },
    'openvino',
    [`${model}.xml`, `${model}.bin`],
    { 'labels.txt': 'background\nroad\ncurb\nmark\n' },
  );
}

/** Keyword spotting of MLPerf Tiny: 49 x 10 features of i8, twelve classes. */
export function writeKeywords(folder: string, data: string): string {
  const labels = 'down go left no off on right stop up yes silence unknown';
  return writePackage(
    folder,
    {
      name: 'kws-ds-cnn',
      task: 'raw',
      input: {
        name: 'input_1',
        dtype: 'i8',
        shape: [1, 49, 10, 1],
        quant: { scale: 0.5847029089927673, zero_point: 83 },
      },
      output: {
        name: 'Identity',
        dtype: 'i8',
        kind: 'probabilities',
        shape: [1, 12],
        quant: { scale: 0.00390625, zero_point: -128 },
        labels: 'labels.txt',
      },
    },
    'tensorflowlite',
    [join(data, 'models/mlperf_tiny_kws_dscnn/kws_ref_model.tflite')],
    { 'labels.txt': `${labels.replaceAll(' ', '\n')}\n` },
  );
}

/** Anomaly detection of MLPerf Tiny: 640 features, an output that should be like them. */
export function writeAnomaly(folder: string, data: string, int8: boolean): string {
  const quant = (scale: number, zero_point: number) => (int8 ? { quant: { scale, zero_point } } : {});
  const dtype = int8 ? 'i8' : 'f32';
  return writePackage(
    folder,
    {
      name: 'ad-toycar',
      task: 'raw',
      score: 'reconstruction_error',
      input: { name: 'input_1', dtype, shape: [1, 640], ...quant(0.3910152316093445, 89) },
      output: {
        name: 'Identity',
        dtype,
        kind: 'raw',
        shape: [1, 640],
        ...quant(0.36449846625328064, 96),
      },
    },
    'tensorflowlite',
    [join(data, `models/mlperf_tiny_ad_toycar/ad01_${int8 ? 'int8' : 'fp32'}.tflite`)],
  );
}
