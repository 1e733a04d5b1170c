/** Typed calls of the component for each task, over the WASI-NN of this project: the same answers as the engine. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WASIShim } from '@bytecodealliance/preview2-shim/instantiation';
import { createEngine } from '../../host/index.js';
import { createWasiNN } from '../../host/wasi-nn/index.js';
import { Wasm, type WasmModule } from '../../host/wasm.js';
import { testData, testWith } from '../support/requirements.js';
import { withScratch } from '../support/scratch.js';
import { writeDeepLab, writeUltraFace } from '../support/task_packages.js';

type Image = { tag: 'encoded'; val: Uint8Array };
interface Size {
  width: number;
  height: number;
}
interface Infer {
  detect(
    image: Image,
    model: string,
    options: { top: number; threshold: number; iou: number },
  ): {
    predictions: {
      classId: number;
      confidence: number;
      label: string;
      x1: number;
      y1: number;
      x2: number;
      y2: number;
    }[];
    picture: Size;
    inputSha256: string;
    graph: { encoding: string; precision: string };
  };
  segment(
    image: Image,
    model: string,
    size: 'picture' | 'model',
  ): {
    predictions: { classId: number; area: number; label: string }[];
    picture: Size;
    maskSize: Size;
    maskBytesPerPixel: number;
    mask: Uint8Array;
    inputSha256: string;
  };
}

/** The component's interface, for a folder that it sees. */
async function open(folder: string): Promise<{ infer: Infer; close: () => void }> {
  const home = new URL('../../component/', import.meta.url);
  const { instantiate } = (await import(new URL('edge_infer.js', home).href)) as {
    instantiate: (core: (file: string) => WasmModule, imports: object) => Record<string, Infer>;
  };
  const nn = createWasiNN();
  const shim = new WASIShim({ sandbox: { preopens: { [folder]: folder }, args: [], enableNetwork: false } });
  const exports = instantiate((file) => new Wasm.Module(readFileSync(new URL(file, home))), {
    ...(shim.getImportObject() as unknown as object),
    ...nn.wit,
  });
  const infer = exports['edge:infer/infer@0.1.0'] ?? exports.infer ?? assert.fail('no interface');
  return { infer, close: () => nn.close() };
}

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

testWith('detect and segment of the component are those of the engine', { data: testData }, ({ data }) =>
  withScratch(async (folder) => {
    const { infer, close } = await open(folder);
    const faces = writeUltraFace(join(folder, 'faces'), data);
    const scene = writeDeepLab(join(folder, 'scene'), data);
    const file = join(data, 'images/coral_cc/face.jpg');
    const image: Image = { tag: 'encoded', val: readFileSync(file) };
    const detector = await createEngine({ model: faces, workers: 1 });
    const segmenter = await createEngine({ model: scene, workers: 1 });
    try {
      const found = infer.detect(image, faces, { top: 0, threshold: 0, iou: 0 });
      const expected = await detector.detect(file);
      assert.deepEqual(
        found.predictions.map(({ classId, label, confidence, x1, y1, x2, y2 }) => {
          return { class_id: classId, label, confidence, box: [x1, y1, x2, y2] };
        }),
        expected.predictions,
      );
      assert.deepEqual(found.picture, expected.picture);
      assert.equal(found.inputSha256, expected.input_sha256);
      assert.equal(found.graph.encoding, 'onnx');
      assert.equal(infer.detect(image, faces, { top: 1, threshold: 0.5, iou: 0.5 }).predictions.length, 1);
      for (const size of ['picture', 'model'] as const) {
        const mask = infer.segment(image, scene, size);
        const other = await segmenter.segment(file, { size });
        assert.deepEqual(mask.maskSize, { width: other.mask.width, height: other.mask.height });
        assert.equal(mask.maskBytesPerPixel, 1);
        assert.equal(hash(mask.mask), hash(other.mask.data as Uint8Array));
        assert.deepEqual(
          mask.predictions.map(({ label, area }) => [label, area]),
          other.predictions.map(({ label, area }) => [label, area]),
        );
      }
      assert.throws(
        () => infer.segment(image, faces, 'picture'),
        (error) => (error as { payload?: { code?: string } }).payload?.code === 'MODEL_TASK',
      );
    } finally {
      await Promise.all([detector.close(), segmenter.close()]);
      close();
    }
  }),
);
