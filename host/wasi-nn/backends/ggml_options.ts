/** Options of a GGML graph: the JSON that WasmEdge's guests write, in its words. */
import { NnError } from '../errors.js';

/** How a text is made. */
export interface GgmlOptions {
  /** Tokens of prompt and answer together; default: what the model was trained with, at most 2048. */
  'ctx-size'?: number;
  /** Most tokens of an answer; default and -1: until the model ends or the context is full. */
  'n-predict'?: number;
  /** Temperature, default 0.8; 0 takes the likeliest token each time. */
  temp?: number;
  'top-k'?: number;
  'top-p'?: number;
  'min-p'?: number;
  'repeat-penalty'?: number;
  seed?: number;
  'batch-size'?: number;
  threads?: number;
  /** The answer ends before this text. */
  'reverse-prompt'?: string;
  /** A grammar in llama.cpp's GBNF that the answer follows. */
  grammar?: string;
  /** A JSON schema that the answer follows. */
  'json-schema'?: string;
  /** The text is written to the guest's standard output while it is made. */
  'stream-stdout'?: boolean;
  /** Output 0 is `{"n_embedding", "embedding"}` of the prompt rather than a text. */
  embedding?: boolean;
  /** Norm by which an embedding is divided: 2 Euclidean (default), 1 taxicab, -1 none. */
  'embd-normalize'?: number;
}

type Kind = 'number' | 'string' | 'boolean';

const KINDS: Readonly<Record<keyof GgmlOptions, Kind>> = {
  'ctx-size': 'number',
  'n-predict': 'number',
  temp: 'number',
  'top-k': 'number',
  'top-p': 'number',
  'min-p': 'number',
  'repeat-penalty': 'number',
  seed: 'number',
  'batch-size': 'number',
  threads: 'number',
  'reverse-prompt': 'string',
  grammar: 'string',
  'json-schema': 'string',
  'stream-stdout': 'boolean',
  embedding: 'boolean',
  'embd-normalize': 'number',
};

/** Options that ask for what cannot be done here; an answer without it would be another one. */
const IMPOSSIBLE: Readonly<Record<string, string>> = {
  mmproj: 'pictures are not seen here',
  image: 'pictures are not seen here',
  tts: 'there is no speech here',
};

/**
 * Reads options. Words that only concern WasmEdge (`enable-log`, `n-gpu-layers`, ...) are passed over.
 *
 * @throws NnError `invalid_argument` when the text is no JSON object or an option is of a wrong type,
 * `unsupported_operation` for options that ask for pictures or speech
 */
export function readGgmlOptions(text: string): GgmlOptions {
  if (text.trim() === '') return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new NnError('invalid_argument', 'the options are not JSON', cause);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new NnError('invalid_argument', 'the options are not a JSON object');
  }
  const options: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(parsed)) {
    if (IMPOSSIBLE[name] !== undefined && value !== '' && value !== false) {
      throw new NnError('unsupported_operation', `option '${name}': ${IMPOSSIBLE[name]}`);
    }
    const kind = KINDS[name as keyof GgmlOptions];
    if (kind === undefined) continue;
    if (typeof value !== kind) {
      throw new NnError(
        'invalid_argument',
        `option '${name}' must be a ${kind}, not ${JSON.stringify(value)}`,
      );
    }
    options[name] = value;
  }
  return options;
}
