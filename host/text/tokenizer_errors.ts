/** Errors of tokenizers' files. */
import { EdgeInferError, EXIT } from '../errors.js';

/** A file of a tokenizer that makes no sense. */
export function tokenizerInvalid(why: string, cause?: unknown): EdgeInferError {
  return new EdgeInferError({
    code: 'TOKENIZER_INVALID',
    message: `cannot use the tokenizer: ${why}`,
    hint: 'get the files of the tokenizer again',
    exitCode: EXIT.model,
    cause,
  });
}

/** A tokenizer that asks for what is not made here; ids without it would be others. */
export function tokenizerUnsupported(what: string): EdgeInferError {
  return new EdgeInferError({
    code: 'TOKENIZER_UNSUPPORTED',
    message: `this tokenizer is not supported: ${what}`,
    hint: 'use a WordPiece (BERT) or byte-level BPE (GPT-2, RoBERTa) tokenizer',
    exitCode: EXIT.model,
  });
}
