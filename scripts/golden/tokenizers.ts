/**
 * Writes tests/golden/tokenizers.json: hashes of the ids that Hugging Face `tokenizers` gives for seeded texts.
 *
 *   node dist/scripts/golden/tokenizers.js
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { hashAnswers, TOKENIZERS, theirAnswers, tokenCases } from '../../tests/support/token_cases.js';
import { CHECKOUT } from '../machine/paths.js';
import { languagePython } from '../machine/tools.js';

const SEED = 20;
const COUNT = 1000;

const python = languagePython();
if (python === undefined) throw new Error('needs the Python reference for texts: npm test makes it');
const cases = tokenCases(SEED, COUNT);
const hashes = Object.fromEntries(
  Object.entries(TOKENIZERS).map(([name, json]) => [name, hashAnswers(theirAnswers(python, json(), cases))]),
);
const golden = { made_with: 'tokenizers 0.23.3', seed: SEED, count: COUNT, hashes };
writeFileSync(path.join(CHECKOUT, 'tests/golden/tokenizers.json'), `${JSON.stringify(golden, null, 2)}\n`);
