/**
 * The validator of model cards as code: compiling the schema when a process starts takes longer than all else that is
 * done before the first answer.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';

/**
 * CommonJS source that exports the validating function.
 *
 * @param {string} root of the checkout
 */
export function compileCardValidator(root) {
  const schema = JSON.parse(readFileSync(path.join(root, 'host/models/card.schema.json'), 'utf8'));
  const ajv = new Ajv({ allErrors: true, strict: true, strictRequired: false, code: { source: true } });
  return standalone.default(ajv, ajv.compile(schema));
}
