/** The typed exports of the component in its Node form, over a WASI-NN that gives fixed logits. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { WASIShim } from '@bytecodealliance/preview2-shim/instantiation';
import { Wasm, type WasmModule } from '../../host/wasm.js';
import { ppm, rawPixels, writeModel } from '../support/guest_stub.js';
import {
  CODINGS,
  type Coding,
  FORMATS,
  type Format,
  frameBytes,
  isYuv,
  noise,
  yuvToRgb,
} from '../support/raw_frames.js';
import { withScratch } from '../support/scratch.js';

interface Failure {
  payload: { kind: string; code: string; message: string; hint: string };
}
type PixelFormat = { tag: Format; val?: Coding };
type Image =
  | { tag: 'encoded'; val: Uint8Array }
  | { tag: 'raw'; val: { width: number; height: number; format: PixelFormat; pixels: Uint8Array } };
interface Infer {
  classify(
    image: Image,
    model: string,
    options: { top: number; threshold: number },
  ): {
    predictions: { classId: number; confidence: number; label: string }[];
    model: string;
    modelVersion: string;
    latencyMs: number;
    timings: Record<string, number>;
    graph: { encoding: string; precision: string };
    inputSha256: string;
  };
  preprocess(
    image: Image,
    model: string,
  ): { dtype: string; shape: Uint32Array; data: Uint8Array; sha256: string };
  softmax(logits: Float32Array): Float32Array;
  topK(scores: Float32Array, k: number): { classId: number; score: number }[];
  dequantize(
    values: { tag: 'unsigned' | 'signed'; val: Uint8Array | Int8Array },
    scales: Float32Array,
    zeros: Int32Array,
  ): Float32Array;
}

class Tensor {
  constructor(
    readonly shape: Uint32Array,
    readonly type: string,
    readonly bytes: Uint8Array,
  ) {}
  dimensions() {
    return this.shape;
  }
  ty() {
    return this.type;
  }
  data() {
    return this.bytes;
  }
}

class Context {
  compute(inputs: [string, Tensor][]): [string, Tensor][] {
    assert.equal(inputs[0]?.[0], 'input');
    assert.equal(inputs[0]?.[1].type, 'FP32');
    const logits = new Uint8Array(Float32Array.of(0, 3, 1, 3).buffer);
    return [['logits', new Tensor(Uint32Array.of(1, 4), 'FP32', logits)]];
  }
}

class NnError {
  code() {
    return 'unsupported-operation';
  }
  data() {
    return 'no such backend';
  }
}

class Graph {
  initExecutionContext() {
    return new Context();
  }
}

function load(_builders: Uint8Array[], encoding: string) {
  // jco reads `payload` of what is thrown as the error resource.
  if (encoding === 'onnx') throw Object.assign(new Error('refused'), { payload: new NnError() });
  return new Graph();
}

async function open(folder: string): Promise<Infer> {
  const file = new URL('../../component/edge_infer.js', import.meta.url);
  const { instantiate } = (await import(file.href)) as {
    instantiate: (
      get: (name: string) => WasmModule,
      imports: Record<string, object>,
    ) => Record<string, unknown>;
  };
  const shim = new WASIShim({
    sandbox: { preopens: { '.': folder }, env: {}, args: ['edge_infer'], enableNetwork: false },
  });
  const exports = instantiate((name) => new Wasm.Module(readFileSync(new URL(name, file))), {
    ...(shim.getImportObject() as unknown as Record<string, object>),
    'wasi:nn/tensor': { Tensor },
    'wasi:nn/graph': { Graph, load, loadByName: () => new Graph() },
    'wasi:nn/inference': { GraphExecutionContext: Context },
    'wasi:nn/errors': { Error: NnError },
  });
  return (exports.infer ?? exports['edge:infer/infer@0.1.0']) as Infer;
}

/** 4 x 4 pixels. */
function rawImage(format: PixelFormat, pixels: Uint8Array): Image {
  return { tag: 'raw', val: { width: 4, height: 4, format, pixels } };
}

function failure(body: () => unknown): Failure['payload'] {
  try {
    body();
  } catch (thrown) {
    return (thrown as Failure).payload;
  }
  throw new Error('no error was thrown');
}

test('classify, preprocess, softmax, top-k, dequantize', async () => {
  await withScratch(async (folder) => {
    writeModel(folder);
    const infer = await open(folder);
    const raw = rawImage({ tag: 'rgb' }, rawPixels());
    const encoded: Image = {
      tag: 'encoded',
      val: Buffer.concat([Buffer.from('P6\n4 4\n255\n'), rawPixels()]),
    };
    const tensor = infer.preprocess(raw, './model');
    assert.equal(tensor.dtype, 'float32');
    assert.deepEqual([...tensor.shape], [1, 3, 4, 4]);
    assert.equal(createHash('sha256').update(tensor.data).digest('hex'), tensor.sha256);
    for (const image of [raw, encoded]) {
      const answer = infer.classify(image, './model', { top: 2, threshold: 0 });
      assert.deepEqual(
        answer.predictions.map(({ classId, label }) => [classId, label]),
        [
          [1, 'dog'],
          [3, 'fish'],
        ],
      );
      assert.equal(answer.inputSha256, tensor.sha256);
      assert.equal(answer.model, 'tiny');
      assert.equal(answer.modelVersion, '2.0.1');
      assert.deepEqual(answer.graph, { encoding: 'openvino', precision: 'fp16' });
      assert.ok(answer.latencyMs > 0 && answer.timings.infer !== undefined);
    }
    const soft = infer.softmax(Float32Array.of(1, 1, 1, 1));
    assert.deepEqual([...soft], [0.25, 0.25, 0.25, 0.25]);
    assert.equal(infer.softmax(new Float32Array(0)).length, 0);
    assert.deepEqual(infer.topK(Float32Array.of(1, 5, 5), 2), [
      { classId: 1, score: 5 },
      { classId: 2, score: 5 },
    ]);
    const values = { tag: 'signed' as const, val: Int8Array.of(-4, 4, 8, 8) };
    assert.deepEqual(
      [...infer.dequantize(values, Float32Array.of(0.5, 2), Int32Array.of(0, 8))],
      [-2, 2, 0, 0],
    );
    assert.equal(
      failure(() => infer.dequantize(values, new Float32Array(3), new Int32Array(0))).code,
      'USAGE_DEQUANTIZE',
    );
  });
});

test('raw frames of every format give the tensor of the RGB made of them', async () => {
  await withScratch(async (folder) => {
    writeModel(folder);
    const infer = await open(folder);
    const hash = (format: PixelFormat, pixels: Uint8Array) =>
      infer.preprocess(rawImage(format, pixels), './model').sha256;
    for (const format of FORMATS) {
      const pixels = noise(3, frameBytes(format, 4, 4));
      if (!isYuv(format)) {
        assert.equal(hash({ tag: format }, pixels).length, 64);
        continue;
      }
      for (const coding of CODINGS) {
        const rgb = yuvToRgb(pixels, format, 4, 4, coding);
        assert.equal(hash({ tag: format, val: coding }, pixels), hash({ tag: 'rgb' }, rgb));
      }
    }
    const short = failure(() => hash({ tag: 'gray' }, new Uint8Array(15)));
    assert.deepEqual([short.kind, short.code], ['input', 'INPUT_RAW_SIZE']);
  });
});

test('errors are values, and memory does not grow', async () => {
  await withScratch(async (folder) => {
    writeModel(folder);
    const infer = await open(folder);
    const picture: Image = { tag: 'encoded', val: ppm(300, 200) };
    const missing = failure(() => infer.classify(picture, './nothing', { top: 1, threshold: 0 }));
    assert.deepEqual([missing.kind, missing.code], ['model', 'MODEL_NOT_FOUND']);
    const bad = failure(() =>
      infer.classify({ tag: 'encoded', val: Uint8Array.of(1, 2, 3) }, './model', { top: 1, threshold: 0 }),
    );
    assert.equal(bad.kind, 'input');
    for (let i = 0; i < 300; i++)
      assert.equal(infer.classify(picture, './model', { top: 0, threshold: 0 }).predictions.length, 4);
  });
});
