/** `embed` and `run`: vectors and tensors of graphs made by hand. */
import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { identityModel, sumProductModel } from '../../host/conformance/onnx.js';
import { createEngine, type Tensor, type Tensors } from '../../host/index.js';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { ppm } from '../support/guest_stub.js';
import { writeOnnxPackage } from '../support/onnx_package.js';
import { withScratch } from '../support/scratch.js';

const embedding = { task: 'embed', output: { name: 'y', dtype: 'f32', kind: 'embedding' } };
const raw = { task: 'raw', output: { name: 'sum', dtype: 'f32', kind: 'raw' } };

for (const workers of [0, 1]) {
  test(`embed: the tensor itself, normalised, ${workers} workers`, async () => {
    await withScratch(async (folder) => {
      const model = writeOnnxPackage(join(folder, 'm'), identityModel('f32', [1, 3, 4, 4]), embedding);
      await using engine = await createEngine({ model, workers });
      const pictures = [ppm(9, 7), ppm(4, 4), ppm(31, 2)];
      const results = await engine.embed(pictures);
      for (const [i, result] of results.entries()) {
        assert.equal(result.status, 'fulfilled');
        if (result.status !== 'fulfilled') continue;
        const tensor = await engine.preprocess(pictures[i] as Uint8Array);
        const values = new Float32Array(tensor.data.buffer);
        const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
        const { vector, input_sha256, graph } = result.value;
        assert.equal(input_sha256, tensor.input_sha256);
        assert.deepEqual(graph, { encoding: 'onnx', precision: 'fp32', provider: 'cpu' });
        assert.equal(vector.length, 48);
        for (const [k, value] of values.entries()) {
          assert.ok(Math.abs((vector[k] ?? Number.NaN) - value / norm) < 1e-7);
        }
      }
      await assert.rejects(engine.classify(ppm(4, 4)), { code: 'MODEL_TASK', exitCode: 4 });
      const { y } = await engine.run({ x: tensor([1, 3, 4, 4], Array(48).fill(0.5)) });
      assert.deepEqual([...(y?.data ?? [])], Array(48).fill(0.5));
    });
  });

  test(`run: tensors in, tensors out, ${workers} workers`, async () => {
    await withScratch(async (folder) => {
      const model = writeOnnxPackage(join(folder, 'm'), sumProductModel('f32', [2, 'n']), raw);
      await using engine = await createEngine({ model, workers });
      const a = tensor([2, 3], [1, 2, 3, 4, 5, 6]);
      const b = tensor([2, 3], [10, 20, 30, 40, 50, 60]);
      const { sum, product } = await engine.run({ a, b });
      assert.deepEqual(sum, tensor([2, 3], [11, 22, 33, 44, 55, 66]));
      assert.deepEqual(product, tensor([2, 3], [10, 40, 90, 160, 250, 360]));
      assert.deepEqual([...a.data], [1, 2, 3, 4, 5, 6], 'the caller keeps its tensors');
      const bytes: Tensor = { ...b, data: new Uint8Array(b.data.buffer as ArrayBuffer) };
      assert.deepEqual((await engine.run({ b: bytes, a })).sum, sum);
      const many = await engine.run([{ a, b }, { a }, { a, b: a }]);
      assert.deepEqual(
        many.map((one) =>
          one.status === 'fulfilled' ? [...(one.value.sum?.data ?? [])][0] : one.reason.code,
        ),
        [11, 'INPUT_TENSOR', 2],
      );
      const wrong: [Tensors, RegExp][] = [
        [{ a, b, c: a }, /no input 'c'/],
        [{ a, b: { ...b, shape: [3, 3] } }, /3x3 of f32 are 36 bytes, its data has 24/],
        [{ a, b: tensor([3, 2], [1, 2, 3, 4, 5, 6]) }, /wants 2x\?/],
        [{ a, b: { dtype: 'i32', shape: [2, 3], data: new Int32Array(6) } }, /wants f32/],
        [{ a, b: { ...b, data: new Int32Array(6) } }, /not of f32/],
        [{ a, b: { ...b, dtype: 'f8' as 'f32' } }, /no type f8/],
        [{ a, b: { ...b, shape: [-2, -3] } }, /bad shape/],
      ];
      for (const [tensors, message] of wrong) {
        await assert.rejects(engine.run(tensors), { code: 'INPUT_TENSOR', exitCode: 3, message });
      }
      await assert.rejects(engine.run({ a, b: tensor([2, 2], [1, 2, 3, 4]) }), { code: 'RUNTIME_GRAPH' });
      assert.deepEqual((await engine.run({ a, b })).sum, sum);
    });
  });
}

test('run on the built-in model gives the logits that classify ranks', async () => {
  await using engine = await createEngine({ workers: 1, preload: false });
  const { data, shape } = await engine.preprocess(ppm(40, 30));
  const { logits } = await engine.run({ input: { dtype: 'f32', shape, data } });
  const { predictions } = await engine.classify(ppm(40, 30), { top: 10 });
  assert.ok(logits?.data instanceof Float32Array);
  const values = [...logits.data];
  const ranked = values.map((value, i) => ({ value, i })).sort((x, y) => y.value - x.value);
  assert.deepEqual(
    predictions.map(({ class_id }) => class_id),
    ranked.map(({ i }) => i),
  );
});

test('a file of the built-in model with another bit is refused, whichever thread opens it, and others are not looked at', async () => {
  await withScratch(async (folder) => {
    const model = join(folder, 'm');
    for (const file of ['model.fp32.onnx', 'model.int8.onnx', 'labels.txt']) {
      cpSync(join(CHECKOUT, 'models/cifar10'), model, { recursive: true });
      const bytes = readFileSync(join(model, file));
      bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
      writeFileSync(join(model, file), bytes);
      for (const workers of [0, 1]) {
        const code = file === 'labels.txt' ? 'SECURITY_HASH' : 'MODEL_HASH_MISMATCH';
        const precision = file === 'model.int8.onnx' ? 'int8' : 'fp32';
        await assert.rejects(createEngine({ model, workers, precision }), { code, exitCode: 7 });
        if (file === 'labels.txt') continue;
        await using engine = await createEngine({
          model,
          workers,
          precision: precision === 'int8' ? 'fp32' : 'int8',
        });
        assert.equal((await engine.classify(ppm(40, 30), { top: 1 })).predictions.length, 1);
      }
    }
  });
});

test('a graph that is not what the card says is refused', async () => {
  await withScratch(async (folder) => {
    const graph = identityModel('f32', [1, 3, 4, 4]);
    const files = [{ path: 'model.onnx', sha256: '0'.repeat(64), bytes: graph.byteLength }];
    const model = writeOnnxPackage(join(folder, 'm'), graph, {
      ...raw,
      graphs: [{ encoding: 'onnx', precision: 'fp32', files }],
    });
    await assert.rejects(createEngine({ model, workers: 0 }), { code: 'MODEL_HASH_MISMATCH', exitCode: 7 });
    const other = writeOnnxPackage(join(folder, 'o'), graph, {
      ...raw,
      graphs: [{ encoding: 'openvino', precision: 'fp32', files }],
    });
    await assert.rejects(createEngine({ model: other, workers: 0 }), {
      code: 'RUNTIME_NO_BACKEND',
      exitCode: 5,
      message: /openvino fp32: no backend$/,
    });
  });
});

function tensor(shape: number[], values: number[]): Tensor {
  return { dtype: 'f32', shape, data: Float32Array.from(values) };
}
