/** Made by scripts/build/card_validator.mjs from card.schema.json. */
import type { ErrorObject } from 'ajv';
import type { ModelCard } from './card.js';

declare const validate: {
  (value: unknown): value is ModelCard;
  errors?: ErrorObject[] | null;
};
export = validate;
