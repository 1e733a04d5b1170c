/** Everything that can be fuzzed, by name. */
import type { Target } from '../target.js';
import { broken } from './broken.js';
import { modelCard } from './card.js';
import { jpeg } from './jpeg.js';
import { json } from './json.js';
import { npyFile } from './npy.js';
import { png } from './png.js';
import { request } from './request.js';
import { resize } from './resize.js';
import { bmp, exif, pnm, raw } from './simple.js';
import { base64, labels } from './text.js';
import { tokenizer } from './tokenizer.js';

export const TARGETS: readonly Target[] = [
  ...[jpeg, png, pnm, bmp, raw, exif, resize],
  ...[json, modelCard, labels, base64, request, npyFile, tokenizer],
];

/** The targets of these names, all for an empty list; throws for an unknown name. */
export function targetsOf(names: readonly string[]): Target[] {
  return names.length === 0
    ? [...TARGETS]
    : names.map((name) => {
        const found = [...TARGETS, broken].find((target) => target.name === name);
        if (found !== undefined) return found;
        throw new Error(`unknown target ${name}: one of ${TARGETS.map((target) => target.name).join(', ')}`);
      });
}
