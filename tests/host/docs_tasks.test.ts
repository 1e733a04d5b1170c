/** The cards of docs/tasks.md are valid for the schema and for the module. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Postprocess } from '../../host/engine/postprocess.js';
import { type ModelCard, parseCard } from '../../host/models/card.js';
import { CHECKOUT } from '../../scripts/machine/paths.js';

const text = readFileSync(join(CHECKOUT, 'docs/tasks.md'), 'utf8');

function blocks(kind: string): object[] {
  return [...text.matchAll(new RegExp(`^\`\`\`json ${kind}\\n([^]*?)^\`\`\``, 'gm'))].map(
    ([, json]) => JSON.parse(json ?? '') as object,
  );
}

test('every card of docs/tasks.md is one', async () => {
  const module = await Postprocess.create();
  const [whole] = blocks('card') as ModelCard[];
  assert.ok(whole !== undefined);
  const parts = blocks('part') as Partial<ModelCard>[];
  assert.ok(parts.length >= 9, `${parts.length} parts`);
  for (const card of [whole, ...parts.map((part) => ({ ...whole, ...part }))]) {
    const parsed = parseCard(JSON.stringify(card), 'docs/tasks.md');
    // Features are no pictures: the module never reads such a card.
    if (parsed.task !== 'raw') module.openCard(parsed);
  }
});
