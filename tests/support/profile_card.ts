/** Model packages around one resize profile, and pictures for them. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { casePicture } from './resize_stage.js';

/** A synthetic picture through a whole card: the row `tensors` of a golden file. */
export interface TensorCase {
  readonly seed: number;
  readonly source: readonly [number, number];
  readonly layout: 'NCHW' | 'NHWC';
  readonly color: 'RGB' | 'BGR' | 'gray';
  readonly dtype: 'f32' | 'f16' | 'u8' | 'i8';
  readonly shape: readonly number[];
  readonly resize: Record<string, unknown>;
  readonly normalize: Record<string, unknown>;
  readonly quant?: Record<string, unknown>;
  readonly sha256: string;
}

/** The cases of a profile's golden file. */
export function tensorCases(profile: string): readonly TensorCase[] {
  const file = join(CHECKOUT, `tests/golden/resize_${profile}.json`);
  return (JSON.parse(readFileSync(file, 'utf8')) as { tensors: readonly TensorCase[] }).tensors;
}

/** Writes a package for the case into `folder`; its graph is never loaded. */
export function writeProfilePackage(folder: string, item: TensorCase): void {
  mkdirSync(folder, { recursive: true });
  const graph = Buffer.from('no graph');
  writeFileSync(join(folder, 'graph.onnx'), graph);
  const sha256 = createHash('sha256').update(graph).digest('hex');
  const { dtype, layout, shape, color, resize, normalize, quant } = item;
  const card = {
    schema: 1,
    name: 'profile',
    version: '1.0.0',
    task: 'raw',
    input: { name: 'input', dtype, layout, shape, color, resize, normalize, ...(quant ? { quant } : {}) },
    output: { name: 'output', dtype: 'f32', kind: 'raw' },
    graphs: [
      {
        encoding: 'onnx',
        precision: 'fp32',
        files: [{ path: 'graph.onnx', sha256, bytes: graph.length }],
      },
    ],
  };
  writeFileSync(join(folder, 'model.json'), JSON.stringify(card));
}

/** Writes the case's picture as a PGM or PPM file. */
export function writeProfilePicture(file: string, item: TensorCase): void {
  const gray = item.color === 'gray';
  const [width, height] = item.source;
  const pixels = casePicture({ ...item, content: 'noise', channels: gray ? 1 : 3 });
  const header = `P${gray ? 5 : 6}\n${width} ${height}\n255\n`;
  writeFileSync(file, Buffer.concat([Buffer.from(header), pixels]));
}
