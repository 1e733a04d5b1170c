/** Model packages around graphs made by hand. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes a package with one ONNX graph; `card` is what differs from raw pixels of 4 x 4 in f32. Gives its folder. */
export function writeOnnxPackage(folder: string, graph: Uint8Array, card: object): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.onnx'), graph);
  const sha256 = createHash('sha256').update(graph).digest('hex');
  const files = [{ path: 'model.onnx', sha256, bytes: graph.byteLength }];
  const input = {
    name: 'x',
    dtype: 'f32',
    layout: 'NCHW',
    shape: [1, 3, 4, 4],
    color: 'RGB',
    resize: { profile: 'pillow', filter: 'bilinear', size: [4, 4] },
    normalize: { divide: 255 },
  };
  const whole = {
    schema: 1,
    name: 'made',
    version: '1.0.0',
    input,
    graphs: [{ encoding: 'onnx', precision: 'fp32', files }],
    ...card,
  };
  writeFileSync(join(folder, 'model.json'), JSON.stringify(whole));
  return folder;
}
