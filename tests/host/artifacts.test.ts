/** The artifacts: size goals of DESIGN.md, exactly the imports and exports that docs/abi.md promises. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import binaryen from 'binaryen';
import { Wasm } from '../../host/wasm.js';

const bytes = (name: string) => readFileSync(new URL(`../../wasm/${name}`, import.meta.url));
const KIB = 1024;

test('sizes', () => {
  for (const [name, limit] of [
    ['edge_infer.wasm', 96],
    ['edge_infer.component.wasm', 160],
    ['edge_kernels.wasm', 72],
    ['edge_tokenizers.wasm', 28],
    ['edge_postprocess.wasm', 32],
  ] as const) {
    const size = bytes(name).length;
    assert.ok(size <= limit * KIB, `${name} has ${(size / KIB).toFixed(1)} KiB, the goal is ${limit}`);
  }
});

test('edge_infer.wasm imports WASI preview 1 and the six portable WASI-NN functions', () => {
  const module = new Wasm.Module(bytes('edge_infer.wasm'));
  const imports = Wasm.Module.imports(module);
  const nn = imports.filter((entry) => entry.module === 'wasi_ephemeral_nn').map((entry) => entry.name);
  assert.deepEqual(nn.sort(), [
    'compute',
    'get_output',
    'init_execution_context',
    'load',
    'load_by_name',
    'set_input',
  ]);
  const rest = new Set(imports.map((entry) => entry.module));
  assert.deepEqual([...rest].sort(), ['wasi_ephemeral_nn', 'wasi_snapshot_preview1']);
  assert.deepEqual(
    Wasm.Module.exports(module)
      .map((entry) => entry.name)
      .sort(),
    [
      '_start',
      'edge_alloc',
      'edge_classify',
      'edge_detect',
      'edge_embed',
      'edge_infer',
      'edge_preprocess',
      'edge_reset',
      'edge_segment',
      'memory',
    ],
  );
});

test('edge_postprocess.wasm imports nothing', () => {
  const module = new Wasm.Module(bytes('edge_postprocess.wasm'));
  assert.deepEqual(Wasm.Module.imports(module), []);
  assert.deepEqual(
    Wasm.Module.exports(module)
      .map((entry) => entry.name)
      .sort(),
    [
      'edge_alloc',
      'edge_answer',
      'edge_argmax',
      'edge_decode_priors',
      'edge_decode_yolo',
      'edge_dequantize',
      'edge_keep',
      'edge_l2_normalize',
      'edge_nearest',
      'edge_nms',
      'edge_open_card',
      'edge_reset',
      'edge_set_priors',
      'edge_sigmoid',
      'edge_softmax',
      'edge_top_k',
      'memory',
    ],
  );
});

test('edge_kernels_scalar.wasm exports what edge_kernels.wasm does and has no SIMD', () => {
  const scalar = new Wasm.Module(bytes('edge_kernels_scalar.wasm'));
  assert.deepEqual(Wasm.Module.imports(scalar), []);
  assert.deepEqual(
    Wasm.Module.exports(scalar),
    Wasm.Module.exports(new Wasm.Module(bytes('edge_kernels.wasm'))),
  );
  const text = (name: string) => {
    const module = binaryen.readBinary(bytes(name));
    const listing = module.emitText();
    module.dispose();
    return listing;
  };
  const simd = /v128|[if]\d+x\d+\./;
  assert.doesNotMatch(text('edge_kernels_scalar.wasm'), simd);
  assert.match(text('edge_kernels.wasm'), simd);
});

test('edge_kernels.wasm imports nothing', () => {
  const module = new Wasm.Module(bytes('edge_kernels.wasm'));
  assert.deepEqual(Wasm.Module.imports(module), []);
  assert.deepEqual(
    Wasm.Module.exports(module)
      .map((entry) => entry.name)
      .sort(),
    [
      'edge_alloc',
      'edge_decode',
      'edge_dequantize',
      'edge_open_card',
      'edge_postprocess',
      'edge_preprocess',
      'edge_reset',
      'edge_softmax',
      'edge_top_k',
      'memory',
    ],
  );
});

test('edge_tokenizers.wasm imports nothing', () => {
  const module = new Wasm.Module(bytes('edge_tokenizers.wasm'));
  assert.deepEqual(Wasm.Module.imports(module), []);
  assert.deepEqual(
    Wasm.Module.exports(module)
      .map((entry) => entry.name)
      .sort(),
    ['edge_alloc', 'edge_alloc_tokenizer', 'edge_open_tokenizer', 'edge_reset', 'edge_tokenize', 'memory'],
  );
});
