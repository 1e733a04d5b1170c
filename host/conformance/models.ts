/** The graphs of the suite, as folders that every runtime's flags understand: NAME/model.onnx. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { GraphByName } from '../runtimes/runtime.js';
import { identityModel, sumProductModel } from './onnx.js';

const MODELS: Readonly<Record<string, Uint8Array>> = {
  identity_f16: identityModel('f16', [4]),
  identity_f32: identityModel('f32', [4]),
  identity_f64: identityModel('f64', [4]),
  identity_u8: identityModel('u8', [4]),
  identity_i32: identityModel('i32', [4]),
  identity_i64: identityModel('i64', [4]),
  dynamic_f32: identityModel('f32', ['n']),
  sum_product: sumProductModel('f32', [4]),
};

/** Writes all graphs below `folder`. */
export function writeModels(folder: string): GraphByName[] {
  return Object.entries(MODELS).map(([name, bytes]) => {
    const file = path.join(folder, name, 'model.onnx');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    return { name, encoding: 'onnx', target: 'cpu', files: [file] };
  });
}
