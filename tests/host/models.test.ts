import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { EdgeInferError } from '../../host/errors.js';
import { parseCard } from '../../host/models/card.js';
import { loadPackage, requireVerified, resolveModel, verifyPackage } from '../../host/models/package.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'edge-infer-models-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

type Json = Record<string, unknown>;

const GRAPH = Uint8Array.of(8, 8, 1, 2, 3);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function card(changes: Json = {}): Json {
  return {
    schema: 1,
    name: 'tiny',
    version: '1.0.0',
    task: 'classify',
    license: 'Apache-2.0',
    input: {
      name: 'x',
      dtype: 'f32',
      layout: 'NCHW',
      shape: [1, 3, 8, 8],
      color: 'RGB',
      resize: { profile: 'pillow', filter: 'bilinear', shortest: 10, crop: [8, 8], origin: 'round' },
      normalize: { divide: 255, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
    },
    output: { name: 'y', dtype: 'f32', kind: 'logits', labels: 'labels.txt' },
    graphs: [
      {
        encoding: 'onnx',
        precision: 'fp32',
        files: [{ path: 'model.onnx', sha256: sha256(GRAPH), bytes: GRAPH.byteLength }],
      },
    ],
    ...changes,
  };
}

function makePackage(name: string, content: Json = card(), graph: Uint8Array = GRAPH): string {
  const root = path.join(scratch, name);
  mkdirSync(root);
  writeFileSync(path.join(root, 'model.json'), JSON.stringify(content));
  writeFileSync(path.join(root, 'model.onnx'), graph);
  return root;
}

function refuses(content: Json | string, exitCode: number, code: string, text: RegExp): void {
  const json = typeof content === 'string' ? content : JSON.stringify(content);
  assert.throws(
    () => parseCard(json, 'model.json'),
    (error) => {
      assert.ok(error instanceof EdgeInferError);
      assert.equal(error.code, code, error.message);
      assert.equal(error.exitCode, exitCode);
      assert.match(error.message, text);
      return true;
    },
  );
}

const withInput = (changes: Json) => card({ input: { ...(card().input as Json), ...changes } });
const withGraphPath = (file: string) =>
  card({
    graphs: [
      { encoding: 'onnx', precision: 'fp32', files: [{ path: file, sha256: sha256(GRAPH), bytes: 5 }] },
    ],
  });

test('a complete card is accepted, with one input or several', () => {
  assert.equal(parseCard(JSON.stringify(card()), 'c').name, 'tiny');
  const many = card({ input: [card().input, card().input], measured: { top1: 0.9 } });
  assert.equal((parseCard(JSON.stringify(many), 'c').input as unknown[]).length, 2);
  const letterbox = { profile: 'opencv', filter: 'linear', letterbox: { size: [640, 640], fill: 114 } };
  parseCard(JSON.stringify(withInput({ resize: letterbox })), 'c');
});

test('a card that is wrong is refused with the place and the reason', () => {
  refuses('{', 4, 'CARD_INVALID', /not JSON/);
  refuses('[]', 4, 'CARD_INVALID', /must be object/);
  refuses(card({ schema: 2 }), 4, 'CARD_INVALID', /\/schema/);
  refuses(card({ graphs: [] }), 4, 'CARD_INVALID', /\/graphs/);
  refuses(card({ task: 'guess' }), 4, 'CARD_INVALID', /one of classify, detect/);
  refuses(withInput({ dtype: 'f31' }), 4, 'CARD_INVALID', /\/input\/dtype must be one of f32/);
  refuses(withInput({ normalise: {} }), 4, 'CARD_INVALID', /unknown property "normalise"/);
  refuses(withInput({ normalize: { std: [0, 1, 1] } }), 4, 'CARD_INVALID', /\/input\/normalize\/std\/0/);
  refuses(withInput({ shape: [1, 3, 0, 8] }), 4, 'CARD_INVALID', /\/input\/shape\/2/);
  refuses(withInput({ normalize: { divide: 2, multiply: 2 } }), 4, 'CARD_INVALID', /\/input\/normalize/);
  const resizes = (profile: string, filter: string, more: Json = {}) =>
    withInput({ resize: { profile, filter, size: [8, 8], ...more } });
  refuses(
    resizes('opencv', 'lanczos'),
    4,
    'CARD_INVALID',
    /filter must be one of nearest, linear, bilinear, area/,
  );
  refuses(resizes('tensorflow', 'area'), 4, 'CARD_INVALID', /filter must be one of nearest, bilinear$/);
  refuses(resizes('pillow', 'box', { antialias: false }), 4, 'CARD_INVALID', /antialias must be one of true/);
  refuses(
    resizes('torchvision', 'lanczos', { antialias: false }),
    4,
    'CARD_INVALID',
    /antialias must be one of true/,
  );
  refuses(withInput({ resize: { profile: 'pillow', filter: 'box' } }), 4, 'CARD_INVALID', /\/input\/resize/);
});

test('paths that may lead out are a matter of security', () => {
  for (const bad of [
    '../x',
    'a/../../x',
    '/etc/passwd',
    'C:\\x',
    'C:x',
    'a\\..\\b',
    '..',
    './x',
    'a/..',
    'x\u0000',
  ]) {
    refuses(withGraphPath(bad), 7, 'PATH_ESCAPES_PACKAGE', /may lead out/);
  }
  for (const good of ['model.onnx', 'a/b.onnx', '..x', 'a..b/c', '.hidden', 'a/...']) {
    parseCard(JSON.stringify(withGraphPath(good)), 'c');
  }
});

test('verification: right, wrong hash, wrong size, missing', async () => {
  const good = loadPackage(makePackage('good'));
  assert.deepEqual(await verifyPackage(good), [{ path: 'model.onnx', status: 'ok' }]);
  await requireVerified(good);

  const flipped = loadPackage(makePackage('flipped', card(), Uint8Array.of(8, 8, 1, 2, 4)));
  assert.equal((await verifyPackage(flipped))[0]?.status, 'wrong-hash');
  await assert.rejects(requireVerified(flipped), { code: 'MODEL_HASH_MISMATCH', exitCode: 7 });

  const short = loadPackage(makePackage('short', card(), GRAPH.slice(1)));
  assert.equal((await verifyPackage(short))[0]?.status, 'wrong-size');

  const root = makePackage('missing');
  rmSync(path.join(root, 'model.onnx'));
  await assert.rejects(requireVerified(loadPackage(root)), { code: 'MODEL_FILE_MISSING', exitCode: 4 });
});

test('links: inside is fine, out of the package is refused even with the right content', async () => {
  const root = makePackage('links');
  rmSync(path.join(root, 'model.onnx'));
  const outside = path.join(scratch, 'outside.onnx');
  writeFileSync(outside, GRAPH);
  symlinkSync(outside, path.join(root, 'model.onnx'));
  assert.equal((await verifyPackage(loadPackage(root)))[0]?.status, 'escapes');
  await assert.rejects(requireVerified(loadPackage(root)), { code: 'PATH_ESCAPES_PACKAGE', exitCode: 7 });

  rmSync(path.join(root, 'model.onnx'));
  writeFileSync(path.join(root, 'real.onnx'), GRAPH);
  symlinkSync('real.onnx', path.join(root, 'model.onnx'));
  assert.equal((await verifyPackage(loadPackage(root)))[0]?.status, 'ok');
});

test('a link of a folder that leads out is refused as well', async () => {
  const root = makePackage('folder-link', withGraphPath('sub/model.onnx'));
  const outside = path.join(scratch, 'outside');
  mkdirSync(outside);
  writeFileSync(path.join(outside, 'model.onnx'), GRAPH);
  symlinkSync(outside, path.join(root, 'sub'));
  assert.equal((await verifyPackage(loadPackage(root)))[0]?.status, 'escapes');
});

test('a package is found by folder or by card; unknown bare names list the built-in models', () => {
  const root = makePackage('by-path');
  assert.equal(resolveModel(root), root);
  assert.equal(resolveModel(path.join(root, 'model.json')), root);
  assert.throws(() => resolveModel('no-such-model'), { code: 'MODEL_NOT_FOUND', exitCode: 4 });
  assert.throws(() => loadPackage(path.join(scratch, 'nowhere')), { code: 'MODEL_NOT_FOUND', exitCode: 4 });
});

test('an aborted verification stops', async () => {
  const pkg = loadPackage(makePackage('aborted'));
  await assert.rejects(verifyPackage(pkg, { signal: AbortSignal.abort() }), { name: 'AbortError' });
});
