/** Vectors and features: nearest embeddings, keyword spotting and anomaly detection against ai-edge-litert. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cosineSearch, createEngine, EmbeddingIndex } from '../../host/index.js';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { edgeInfer, jsonLines } from '../support/cli.js';
import { testData, testWith } from '../support/requirements.js';
import { withScratch } from '../support/scratch.js';
import { writeAnomaly, writeKeywords } from '../support/task_packages.js';

interface Errors {
  first: number[];
  mean: number;
}
const golden = JSON.parse(readFileSync(join(CHECKOUT, 'tests/golden/tasks.json'), 'utf8')) as {
  keywords: { scores: number[][] };
  anomaly: { windows: number; 'ad01_int8.tflite': Errors; 'ad01_fp32.tflite': Errors };
};

/** Bytes of the generator of scripts/golden/tflite.py. */
function generated(seed: number, count: number): Uint8Array {
  let state = seed;
  return new Uint8Array(count).map(() => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

/** Head of a NumPy file, version 1.0. */
function npyHeader(descr: string, shape: readonly number[]): Buffer {
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const padded = `${text.padEnd(117)}\n`;
  const head = Buffer.from('\u0093NUMPY\u0001\u0000\u0000\u0000', 'latin1');
  head.writeUInt16LE(padded.length, 8);
  return Buffer.concat([head, Buffer.from(padded)]);
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

test('an index finds what comparing one by one finds, however it grows', async () => {
  const vector = (seed: number) => Float32Array.from(generated(seed, 37), (byte) => byte / 128 - 1);
  const index = await EmbeddingIndex.create<number>();
  assert.deepEqual(index.search(vector(1)), []);
  const vectors: Float32Array[] = [];
  for (let i = 0; i < 70; i++) {
    vectors.push(vector(i + 1));
    index.add(i, vectors[i] as Float32Array);
    const query = vector(1000 + i);
    const found = index.search(query, 3);
    const expected = vectors
      .map((other, id) => ({ id, similarity: cosine(query, other) }))
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, 3);
    assert.deepEqual(
      found.map(({ id }) => id),
      expected.map(({ id }) => id),
    );
    for (const [k, { similarity }] of found.entries())
      assert.ok(Math.abs(similarity - (expected[k]?.similarity ?? 9)) < 1e-5);
  }
  assert.equal(index.size, 70);
  assert.throws(() => index.add(0, new Float32Array(36)), { code: 'USAGE_INVALID' });
  assert.throws(() => index.search(new Float32Array(38)), { code: 'USAGE_INVALID' });
  assert.deepEqual(await cosineSearch(vector(9), vectors, 1), [{ id: 8, similarity: 1 }]);
});

testWith('keyword spotting gives the scores of ai-edge-litert', { data: testData }, ({ data }) =>
  withScratch(async (folder) => {
    const engine = await createEngine({ model: writeKeywords(folder, data), workers: 1 });
    try {
      for (const [i, expected] of golden.keywords.scores.entries()) {
        const features = new Int8Array(generated(i + 1, 490).buffer);
        const { scores, predictions } = await engine.score(features);
        assert.deepEqual([...scores], expected);
        const best = expected.indexOf(Math.max(...expected));
        assert.equal(predictions[0]?.class_id, best);
        assert.notEqual(predictions[0]?.label, '');
        assert.equal(predictions.length, 12);
        // The same as real numbers.
        const real = Float32Array.from(features, (value) => Math.fround(value - 83) * Math.fround(0.5847029));
        assert.deepEqual([...(await engine.score(real)).scores], expected);
      }
      await assert.rejects(engine.score(new Int8Array(3)), { code: 'INPUT_TENSOR' });
      await assert.rejects(engine.score(new Uint8Array(490)), { code: 'INPUT_TENSOR' });
    } finally {
      await engine.close();
    }
  }),
);

for (const [name, int8, tolerance] of [
  ['ad01_int8.tflite', true, 1e-5],
  ['ad01_fp32.tflite', false, 1e-4],
] as const) {
  testWith(`anomaly detection gives the errors of ai-edge-litert: ${name}`, { data: testData }, ({ data }) =>
    withScratch(async (folder) => {
      const model = writeAnomaly(folder, data, int8);
      const file = join(data, 'models/mlperf_tiny_ad_toycar/normal_id_01_00000000_hist_librosa.bin');
      const all = new Float32Array(readFileSync(file).buffer.slice(0));
      const windows = Array.from({ length: all.length / 640 }, (_, i) => all.slice(i * 640, i * 640 + 640));
      assert.equal(windows.length, golden.anomaly.windows);
      const engine = await createEngine({ model, workers: 1 });
      try {
        const answers = await engine.score(windows);
        const errors = answers.map((answer) =>
          answer.status === 'fulfilled' ? (answer.value.reconstruction_error ?? Number.NaN) : Number.NaN,
        );
        const { first, mean } = golden.anomaly[name];
        for (const [i, error] of first.entries())
          assert.ok(Math.abs((errors[i] ?? 0) - error) <= tolerance * error, `${errors[i]} for ${error}`);
        const found = errors.reduce((sum, error) => sum + error, 0) / errors.length;
        assert.ok(Math.abs(found - mean) <= tolerance * mean, `${found} for ${mean}`);
      } finally {
        await engine.close();
      }
    }),
  );
}

testWith('the command scores features of a NumPy file', { data: testData }, ({ data }) =>
  withScratch(async (folder) => {
    const model = writeKeywords(folder, data);
    const features = join(folder, 'features.npy');
    const rows = golden.keywords.scores.map((_, i) => generated(i + 1, 490));
    writeFileSync(features, Buffer.concat([npyHeader('|i1', [rows.length, 490]), ...rows]));
    const good = await edgeInfer(['score', features, '--model', model, '--top', '1', '--json']);
    assert.equal(good.exitCode, 0, good.stderr);
    const found = jsonLines<{ row: number; predictions: { class_id: number }[] }>(good.stdout);
    assert.deepEqual(
      found.map(({ row, predictions }) => [row, predictions.map(({ class_id }) => class_id)]),
      golden.keywords.scores.map((scores, row) => [row, [scores.indexOf(Math.max(...scores))]]),
    );
    const bad = await edgeInfer(['score', join(folder, 'nothing.npy'), '--model', model]);
    assert.equal(bad.exitCode, 3);
    assert.match(bad.stderr, /nothing\.npy/);
  }),
);
