/** What Pillow, NumPy and ONNX Runtime make of pictures: scripts/golden/reference.py, one row a picture. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { jsonLines, runProgram } from './cli.js';

export interface ReferenceRow {
  readonly image: string;
  readonly input_sha256: string;
  readonly top1?: number;
  readonly logits?: readonly number[];
}

/** The reference's rows for `images`, in their order; `graph` (an ONNX file of the model) adds logits and top-1. */
export async function referenceRows(
  python: string,
  options: { model: string; images: readonly string[]; graph?: string; save?: string },
): Promise<ReferenceRow[]> {
  const args = [
    join(CHECKOUT, 'scripts/golden/reference.py'),
    '--model',
    options.model,
    '--images-from',
    '-',
  ];
  if (options.graph !== undefined) args.push('--graph', options.graph);
  if (options.save !== undefined) args.push('--save', options.save);
  const result = await runProgram(python, args, { input: options.images.join('\n'), timeout: 900_000 });
  assert.equal(result.exitCode, 0, result.stderr);
  return jsonLines<ReferenceRow>(result.stdout);
}
