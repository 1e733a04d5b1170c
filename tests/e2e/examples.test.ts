/** The programs in examples/: the same input and answer as edge-infer's own, and limits that hold. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CHECKOUT, sharedData } from '../../scripts/machine/paths.js';
import { type Answer, edgeInfer, jsonLines } from '../support/cli.js';
import {
  EXAMPLE_PROGRAMS,
  type ExampleRun,
  onPath,
  prepareExample,
  runExample,
  sourceFolder,
} from '../support/example_programs.js';
import { testWith } from '../support/requirements.js';

const MODEL = join(CHECKOUT, 'models/cifar10');
const LINES = 150;
const MINUTES = 60_000;
const CONFIDENCE_TOLERANCE = 1e-5;

const scratch = mkdtempSync(join(tmpdir(), 'edge-infer-test-'));
/** 12 megapixels without compression: 36 MB that an instance must hold, and work for some milliseconds at least. */
const large = join(scratch, 'large.ppm');
const broken = join(scratch, 'broken.jpg');
const data = sharedData();
const pictures = [
  join(CHECKOUT, 'dist/sample/airplane.png'),
  large,
  ...(data === undefined ? [] : [join(data, 'images/coral_cc/parrot.jpg')]),
];
let expected: Answer[] = [];

before(async () => {
  const [width, height] = [4000, 3000];
  const pixels = Buffer.alloc(width * height * 3);
  for (let i = 0; i < pixels.length; i++) pixels[i] = (i >> 6) ^ (i >> 14);
  writeFileSync(large, Buffer.concat([Buffer.from(`P6 ${width} ${height} 255\n`), pixels]));
  writeFileSync(broken, Buffer.from([0xff, 0xd8, 0xff, 0xdb, 0, 1]));
  const { exitCode, stdout, stderr } = await edgeInfer(['classify', '--json', ...pictures]);
  assert.equal(exitCode, 0, stderr);
  expected = jsonLines<Answer>(stdout);
});
after(() => rmSync(scratch, { recursive: true, force: true }));

test('every program in examples/ is short', () => {
  for (const example of EXAMPLE_PROGRAMS) {
    const files = example.sources.map((source) => join(sourceFolder(example), source));
    const lines = files.map((file) => readFileSync(file, 'utf8').trimEnd().split('\n').length);
    const sum = lines.reduce((a, b) => a + b);
    assert.ok(sum <= LINES, `examples/${example.name} has ${sum} lines`);
  }
});

for (const example of EXAMPLE_PROGRAMS) {
  const needs = Object.fromEntries(example.needs.map((program) => [program, onPath(program)]));
  testWith(
    `examples/${example.name}: same input, same answer; limits of memory and time end in a clean error`,
    needs,
    async (_, context) => {
      const started = Date.now();
      const folder = await prepareExample(example);
      context.diagnostic(`made ready in ${Math.round((Date.now() - started) / 1000)} s`);
      const ask = async (options: Partial<ExampleRun> & { picture: string }) => {
        const run = { model: MODEL, memoryMib: 64, timeoutMs: 60_000, ...options };
        const { exitCode, stdout, stderr } = await runExample(example, folder, run);
        const [answer] = jsonLines<Answer & { error?: { code: string; message: string } }>(stdout);
        assert.ok(answer !== undefined, `exit ${exitCode}: ${stderr}`);
        return { exitCode, answer };
      };

      for (const [i, picture] of pictures.entries()) {
        const { exitCode, answer } = await ask({ picture });
        const wanted = expected[i];
        assert.equal(exitCode, 0, JSON.stringify(answer));
        assert.equal(answer.input_sha256, wanted?.input_sha256, picture);
        assert.equal(answer.runtime, example.runtime);
        assert.equal(answer.model_version, wanted?.model_version);
        assert.deepEqual(answer.graph, wanted?.graph);
        assert.equal(answer.predictions.length, 5);
        for (const [rank, { class_id, label, confidence }] of answer.predictions.entries()) {
          const other = wanted?.predictions[rank];
          assert.deepEqual({ class_id, label }, { class_id: other?.class_id, label: other?.label });
          assert.ok(Math.abs(confidence - (other?.confidence ?? 0)) < CONFIDENCE_TOLERANCE);
        }
      }

      for (const [options, code] of [
        [{ picture: large, memoryMib: 8 }, 'RUNTIME_MEMORY'],
        [{ picture: large, timeoutMs: 1 }, 'DEADLINE_EXCEEDED'],
        [{ picture: broken }, 'INPUT_INVALID'],
      ] as const) {
        const { exitCode, answer } = await ask(options);
        assert.equal(answer.error?.code, code, JSON.stringify(answer));
        assert.ok((answer.error?.message ?? '').length > 10);
        assert.equal(exitCode, 1);
      }
    },
    { timeout: 25 * MINUTES },
  );
}
