/** Models and cards that the cases use. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importDetector } from '../../host/models/detector.js';
import { sharedData } from '../machine/paths.js';
import { NotHad } from './case.js';
import type { BenchMachine } from './machine.js';
import { renameInput } from './onnx_rename.js';

/** Elements of the input tensor of {@link CARD}. */
export const TENSOR_ELEMENTS = 3 * 224 * 224;
const CLASSES = 1000;

/** The preprocessing that is measured: shorter side 256, middle 224 x 224, x / 127.5 - 1. */
const CARD = {
  schema: 1,
  name: 'bench',
  version: '1.0.0',
  task: 'classify',
  license: 'Apache-2.0',
  description: 'Preprocessing of MobileNetV2 1.0 224 for the benchmark',
  input: {
    name: 'input',
    dtype: 'f32',
    layout: 'NCHW',
    shape: [1, 3, 224, 224],
    color: 'RGB',
    orientation: 'exif',
    resize: {
      profile: 'pillow',
      filter: 'bilinear',
      shortest: 256,
      crop: [224, 224],
      origin: 'round',
    },
    normalize: { divide: 127.5, mean: [1, 1, 1], std: [1, 1, 1] },
  },
  output: { name: 'logits', dtype: 'f32', kind: 'logits', labels: 'labels.txt' },
  graphs: [
    {
      encoding: 'onnx',
      precision: 'fp32',
      files: [{ path: 'none.onnx', sha256: '0'.repeat(64), bytes: 1 }],
    },
  ],
};

/** model.json of the preprocessing that is measured. */
export function cardFile(machine: BenchMachine): string {
  const file = join(machine.folder('inputs'), 'card.json');
  writeFileSync(file, JSON.stringify(CARD));
  return file;
}

/** Folder of MobileNetV2 1.0 224 as a model package. */
export function mobileNet(): string {
  const shared = sharedData();
  if (shared !== undefined) return join(shared, 'models/mobilenet_v2_1.0_224');
  throw new NotHad('needs MobileNetV2 in ../shared/data, which only the project’s own machines have');
}

export const mobileNetGraph = (): string => join(mobileNet(), 'model.fp32.onnx');

/** UltraFace RFB-320 as a model package, and its graph. */
export function ultraFace(machine: BenchMachine): { model: string; graph: string; picture: string } {
  const shared = sharedData();
  if (shared === undefined)
    throw new NotHad('needs UltraFace in ../shared/data, which only the project’s own machines have');
  const graph = join(shared, 'models/ultraface_rfb320/version-RFB-320.onnx');
  const model = join(machine.folder('inputs'), 'ultraface');
  const normalize = { mean: [127, 127, 127], std: [128, 128, 128] };
  importDetector(graph, model, { normalize, threshold: 0.7, iou: 0.3, classOffset: 1 });
  return { model, graph, picture: join(shared, 'images/coral_cc/face.jpg') };
}

/** Folder of models in the form of @huggingface/transformers, with one model in it. */
export function transformersModels(machine: BenchMachine): { models: string; model: string } {
  const models = machine.folder('transformers');
  const model = 'mobilenet';
  const folder = join(models, model);
  const graph = join(folder, 'onnx', 'model.onnx');
  if (!existsSync(graph)) {
    mkdirSync(join(folder, 'onnx'), { recursive: true });
    writeFileSync(graph, renameInput(readFileSync(mobileNetGraph()), 'input', 'pixel_values'));
  }
  // Labels are class numbers, so that answers can be compared.
  const id2label = Object.fromEntries(Array.from({ length: CLASSES }, (_, i) => [i, String(i)]));
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ model_type: 'mobilenet_v2', id2label }));
  writeFileSync(join(folder, 'preprocessor_config.json'), JSON.stringify(PREPROCESSOR));
  return { models, model };
}

/** The same preprocessing in the words of Transformers; resample 2 is Pillow's bilinear. */
const PREPROCESSOR = {
  image_processor_type: 'MobileNetV2ImageProcessor',
  do_resize: true,
  size: { shortest_edge: 256 },
  resample: 2,
  do_center_crop: true,
  crop_size: { height: 224, width: 224 },
  do_rescale: true,
  rescale_factor: 1 / 255,
  do_normalize: true,
  image_mean: [0.5, 0.5, 0.5],
  image_std: [0.5, 0.5, 0.5],
};
