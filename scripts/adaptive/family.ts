/** Models of one task and pictures with their classes, made of what lies in ../shared/data. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { extractTestPictures } from '../accuracy/measure.js';
import { CHECKOUT } from '../machine/paths.js';

/** A picture and what is on it. */
export interface LabelledPicture {
  bytes: Uint8Array;
  classId: number;
}

/** Models, the cheapest first, and pictures. */
export interface Family {
  name: string;
  models: { name: string; model: string; precision?: string; what: string }[];
  pictures: LabelledPicture[];
}

/** Writes a package around a TFLite graph. */
function writePackage(folder: string, graph: string, labels: string, card: object): string {
  mkdirSync(folder, { recursive: true });
  const file = (path: string, bytes: Uint8Array) => {
    writeFileSync(join(folder, path), bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { path, sha256, bytes: bytes.byteLength };
  };
  const files = [file('labels.txt', readFileSync(labels))];
  const graphs = [
    { encoding: 'tensorflowlite', precision: 'made', files: [file('model.tflite', readFileSync(graph))] },
  ];
  const head = { schema: 1, name: 'made', version: '1.0.0', task: 'classify' };
  writeFileSync(join(folder, 'model.json'), JSON.stringify({ ...head, ...card, graphs, files }));
  return folder;
}

/** MobileNets of Coral, quantised: u8 pixels in, u8 probabilities of background and 1000 classes out. */
function mobileNet(side: number): object {
  return {
    input: {
      name: 'input',
      dtype: 'u8',
      layout: 'NHWC',
      shape: [1, side, side, 3],
      color: 'RGB',
      resize: {
        profile: 'pillow',
        filter: 'bilinear',
        shortest: Math.round(side / 0.875),
        crop: [side, side],
      },
      normalize: { divide: 1 },
      quant: { scale: 1, zero_point: 0 },
    },
    output: {
      name: 'probabilities',
      dtype: 'u8',
      kind: 'probabilities',
      labels: 'labels.txt',
      class_offset: 1,
      quant: { scale: 1 / 256, zero_point: 0 },
    },
  };
}

/** Quantised MobileNets of three sizes on ImageNet photographs of about 500 x 375. */
export function imageNet(shared: string, scratch: string): Family {
  const labels = join(shared, 'models/mobilenet_v2_1.0_224/labels.txt');
  const made = (name: string, side: number) =>
    writePackage(
      join(scratch, name),
      join(shared, `models/coral_${name}_${side}_quant/${name}_${side}_quant.tflite`),
      labels,
      mobileNet(side),
    );
  const folder = join(shared, 'images/imagenet_samples_400');
  const rows = readFileSync(join(folder, 'labels.csv'), 'utf8').trim().split(/\r?\n/).slice(1);
  return {
    name: 'ImageNet photographs',
    models: [
      { name: 'tiny', model: made('mobilenet_v1_0.25', 128), what: 'MobileNetV1 0.25 128' },
      { name: 'base', model: made('mobilenet_v1_0.5', 160), what: 'MobileNetV1 0.5 160' },
      {
        name: 'large',
        model: made('mobilenet_v2_1.0', 224),
        what: 'MobileNetV2 1.0 224, all three INT8 in LiteRT',
      },
    ],
    pictures: rows.map((row) => {
      const [index = '', , , file = ''] = row.split(',');
      return { bytes: readFileSync(join(folder, file)), classId: Number(index) };
    }),
  };
}

/** A small network and both forms of the built-in one, on the CIFAR-10 test pictures. */
export async function cifar10(shared: string, scratch: string, each: number): Promise<Family> {
  const model = join(CHECKOUT, 'models/cifar10');
  const tiny = writePackage(
    join(scratch, 'tiny_cifar10'),
    join(shared, 'models/tinymaix_cifar10/cifar10_f.tflite'),
    join(model, 'labels.txt'),
    {
      input: {
        name: 'input',
        dtype: 'f32',
        layout: 'NHWC',
        shape: [1, 32, 32, 3],
        color: 'RGB',
        resize: { profile: 'pillow', filter: 'bilinear', size: [32, 32] },
        normalize: { divide: 255 },
      },
      output: { name: 'probabilities', dtype: 'f32', kind: 'probabilities', labels: 'labels.txt' },
    },
  );
  const all = await extractTestPictures(join(shared, 'images/cifar10_jpeg.tar.gz'), scratch);
  const counts = new Map<number, number>();
  const taken = all.filter(({ classId }) => {
    counts.set(classId, (counts.get(classId) ?? 0) + 1);
    return (counts.get(classId) ?? 0) <= each;
  });
  return {
    name: 'CIFAR-10',
    models: [
      { name: 'tiny', model: tiny, what: 'TinyMaix cifar10, FP32, TFLite' },
      { name: 'base', model, precision: 'int8', what: 'cifar10, INT8, ONNX' },
      { name: 'large', model, precision: 'fp32', what: 'cifar10, FP32, ONNX' },
    ],
    pictures: taken.map(({ path, classId }) => ({ bytes: readFileSync(path), classId })),
  };
}
