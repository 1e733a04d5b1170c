/** What each part of the artifacts costs: dist/wasm/sizes.json, which the build writes. */
import { existsSync, readFileSync } from 'node:fs';
import { EdgeInferError, EXIT } from '../errors.js';
import { packageFile } from '../paths.js';

/** A kernel, a codec or another part of the guest, in bytes of one artifact. */
export interface PartSize {
  name: string;
  code: number;
  data: number;
}

/** One artifact: its bytes, its limit, and its parts. */
export interface ArtifactSizes {
  bytes: number;
  /** Most bytes that the build allows. */
  limit: number;
  code: number;
  data: number;
  /** Neither code nor data: types, names, imports. */
  other: number;
  parts: PartSize[];
}

/** Whether the build has written the sizes. */
export const sizesKnown = (): boolean => existsSync(packageFile('dist', 'wasm', 'sizes.json'));

/**
 * Sizes by file name of the artifact.
 *
 * @throws EdgeInferError `NOT_BUILT` (exit 5)
 */
export function readSizes(): Readonly<Record<string, ArtifactSizes>> {
  const file = packageFile('dist', 'wasm', 'sizes.json');
  if (!sizesKnown()) {
    throw new EdgeInferError({
      code: 'NOT_BUILT',
      message: `the list of sizes is missing (${file})`,
      hint: 'run npm run build',
      exitCode: EXIT.runtime,
    });
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, ArtifactSizes>;
}

/** Parts by bytes, the largest first, with a share of the artifact and a bar of up to 20 characters. */
export function sizeRows({ bytes, parts }: ArtifactSizes): {
  name: string;
  bytes: number;
  code: number;
  data: number;
  share: number;
  bar: string;
}[] {
  const total = ({ code, data }: PartSize) => code + data;
  const sorted = [...parts].sort((a, b) => total(b) - total(a));
  const most = Math.max(1, ...sorted.map(total));
  return sorted.map((part) => ({
    name: part.name,
    bytes: total(part),
    code: part.code,
    data: part.data,
    share: total(part) / bytes,
    bar: '#'.repeat(Math.round((20 * total(part)) / most)),
  }));
}
