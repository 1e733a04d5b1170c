/** Plug-ins written in WebAssembly text, in packages around a graph of two classes. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import binaryen from 'binaryen';
import { identityModel } from '../../host/conformance/onnx.js';
import type { CardPlugin } from '../../host/models/card.js';
import { writeOnnxPackage } from './onnx_package.js';

/** Gives the bytes above 1 KiB, in order, and starts anew after 32 KiB. */
const ALLOC = `(global $next (mut i32) (i32.const 1024))
  (func (export "edge_plugin_alloc") (param $size i32) (result i32)
    (local $at i32)
    (local.set $at (global.get $next))
    (global.set $next (i32.add (local.get $at) (i32.and (i32.add (local.get $size) (i32.const 15)) (i32.const -16))))
    (local.get $at))`;
const MEMORY = '(memory (export "memory") 1 1)';

/** `logits[0] = first byte of the picture, logits[1] = 100`, as f32. */
const PREPROCESS = `(func (export "preprocess") (param $pixels i32) (param i32 i32) (param $tensor i32) (param $bytes i32) (result i32)
    (f32.store (local.get $tensor) (f32.convert_i32_u (i32.load8_u (local.get $pixels))))
    (f32.store offset=4 (local.get $tensor) (f32.const 100))
    (i32.const 0))`;

/** What stands in a plug-in instead of the parts that do no harm. */
export interface PluginParts {
  /** Before everything else: imports. */
  head?: string;
  memory?: string;
  alloc?: string;
  /** The function `preprocess` or `postprocess`, and whatever else. */
  body?: string;
}

export function pluginWasm({
  head = '',
  memory = MEMORY,
  alloc = ALLOC,
  body = PREPROCESS,
}: PluginParts = {}): Uint8Array {
  const module = binaryen.parseText(`(module ${head} ${memory} ${alloc} ${body})`);
  module.setFeatures(binaryen.Features.All);
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}

/** A postprocess that answers with this text, from address 64 on. */
export const answering = (json: string): string => `
  (data (i32.const 64) "${[...Buffer.from(json)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('')}")
  (func (export "postprocess") (param i32 i32 i32 f32) (result i32)
    (i32.store (i32.const 16) (i32.const 64))
    (i32.store (i32.const 20) (i32.const ${Buffer.byteLength(json)}))
    (i32.const 16))`;

/** Writes a package whose graph gives its input back: what preprocess makes are the logits. */
export function writePluginPackage(
  folder: string,
  { input, output, change = {} }: { input?: Uint8Array; output?: Uint8Array; change?: Partial<CardPlugin> },
): string {
  const listed = (path: string, bytes: Uint8Array) => ({
    path,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.byteLength,
  });
  const plugin = (path: string, bytes: Uint8Array | undefined) =>
    bytes && {
      plugin: { ...listed(path, bytes), abi: 1, limits: { memory_bytes: 65536, ms: 300 }, ...change },
    };
  const labels = Buffer.from('dark\nlight\n');
  const root = writeOnnxPackage(folder, identityModel('f32', [1, 2]), {
    task: 'classify',
    files: [listed('labels.txt', labels)],
  });
  const file = join(root, 'model.json');
  const card = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  card.input = { name: 'x', dtype: 'f32', shape: [1, 2], ...plugin('pre.wasm', input) };
  card.output = {
    name: 'y',
    dtype: 'f32',
    kind: 'logits',
    labels: 'labels.txt',
    ...plugin('post.wasm', output),
  };
  writeFileSync(file, JSON.stringify(card));
  writeFileSync(join(root, 'labels.txt'), labels);
  if (input !== undefined) writeFileSync(join(root, 'pre.wasm'), input);
  if (output !== undefined) writeFileSync(join(root, 'post.wasm'), output);
  return root;
}
