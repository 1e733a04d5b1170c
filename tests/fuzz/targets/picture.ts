/** What all picture formats share: the call, the texts, small files of the conformance folders. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sharedData } from '../../../scripts/machine/paths.js';
import type { FuzzGuest } from '../guest.js';

/** Files above this many bytes are too slow to mutate. */
const SMALL = 4096;
/** Most files of one folder. */
const MOST = 60;

/** Decodes a file of any format. */
export function callPicture(guest: FuzzGuest, at: number, length: number): number {
  return guest.call.fuzzPicture!(at, length);
}

export const imageText = (guest: FuzzGuest, status: number): string => guest.text(0, status);

/** Small files of the test data beside the checkout, none where there is none; sorted, so that seeds have numbers. */
export function conformanceFiles(folder: string, ending: string): Uint8Array[] {
  const data = sharedData();
  const at = data === undefined ? undefined : join(data, 'images/conformance', folder);
  if (at === undefined || !existsSync(at)) return [];
  return readdirSync(at)
    .filter((name) => name.toLowerCase().endsWith(ending))
    .sort()
    .map((name) => join(at, name))
    .filter((file) => statSync(file).size <= SMALL)
    .slice(0, MOST)
    .map((file) => readFileSync(file));
}
