/** The model packages that requests may name: a good one, and some that must be refused. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeModel } from '../support/guest_stub.js';

type Json = { [key: string]: unknown };

/** Packages that must be refused, by folder: what is changed in the good card. */
const REFUSED: Readonly<Record<string, (card: Json) => void>> = {
  hash: (card) => changeLabels(card, { sha256: '0'.repeat(64) }),
  size: (card) => changeLabels(card, { bytes: 3 }),
  unlisted: (card) => Object.assign(card, { files: [] }),
  escape: (card) => Object.assign(card.output as Json, { labels: '../../labels.txt' }),
  task: (card) => Object.assign(card, { task: 'embed' }),
  broken: (card) => Object.assign(card, { input: 5 }),
};

function changeLabels(card: Json, change: Json): void {
  for (const file of card.files as Json[]) Object.assign(file, change);
}

/** Names that requests may use, the good one first. */
export const MODEL_NAMES: readonly string[] = [
  './model',
  ...Object.keys(REFUSED).map((name) => `${name}/model`),
];

/** Writes the packages below `folder`. */
export function writeModels(folder: string): void {
  writeModel(folder);
  for (const [name, change] of Object.entries(REFUSED)) {
    mkdirSync(join(folder, name));
    writeModel(join(folder, name), change);
  }
}
