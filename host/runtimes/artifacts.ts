/** The built guest: where its files are, and a clear error when they are not. */
import { existsSync } from 'node:fs';
import { EdgeInferError, EXIT } from '../errors.js';
import { packageFile } from '../paths.js';

/** Files of the guest that the build makes. */
export const ARTIFACTS = {
  core: ['dist', 'wasm', 'edge_infer.wasm'],
  component: ['dist', 'wasm', 'edge_infer.component.wasm'],
  kernels: ['dist', 'wasm', 'edge_kernels.wasm'],
  tokenizers: ['dist', 'wasm', 'edge_tokenizers.wasm'],
  postprocess: ['dist', 'wasm', 'edge_postprocess.wasm'],
  nnAdapter: ['dist', 'wasm', 'nn_adapter.wasm'],
  transpiled: ['dist', 'component', 'edge_infer.js'],
} as const;

/**
 * Absolute path of a built file.
 *
 * @throws EdgeInferError `NOT_BUILT` (exit 5)
 */
export function artifact(which: keyof typeof ARTIFACTS): string {
  const file = packageFile(...ARTIFACTS[which]);
  if (existsSync(file)) return file;
  throw new EdgeInferError({
    code: 'NOT_BUILT',
    message: `the guest module is missing (${file})`,
    hint: 'run npm run build',
    exitCode: EXIT.runtime,
  });
}
