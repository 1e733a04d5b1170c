/**
 * edge_tokenizers.wasm: texts to the ids of a language model's vocabulary. No imports at all. See docs/abi.md.
 */

import {
  EXIT_INPUT,
  EXIT_MODEL,
  EXIT_RUNTIME,
  EXIT_USAGE,
  faultBegin,
  faultClear,
  faultExit,
  faultWhy,
} from '../fault';
import { arenaAlloc, arenaMark, arenaRelease } from '../memory/arena';
import { faultAddress, fillHead, inMemory, newResult } from '../reactor/results';
import { OUT_OF_MEMORY } from '../status';
import {
  sequence,
  sequenceCount,
  sequenceCut,
  sequenceIds,
  sequencePlaces,
  sequenceTexts,
  sequenceTypes,
} from '../tokenizers/sequence';
import { TOKENS_CLOSED, tokenizerErrorText } from '../tokenizers/status';
import { openTokenizer } from '../tokenizers/text';
import { ResultHead, TokensResult } from '../reactor/structs';

/** Where the model begins, what lies above it, and the last result. */
let bottom: usize = 0;
let opened: bool = false;
let base: usize = 0;
let resultStart: usize = 0;
let resultEnd: usize = 0;

function dropResult(): void {
  if (resultEnd != 0 && arenaMark() == resultEnd) arenaRelease(resultStart);
  resultEnd = 0;
}

/** Drops everything; the address of `size` bytes for the model, 0 when there is no memory. */
export function edge_alloc_tokenizer(size: usize): usize {
  if (bottom == 0) bottom = arenaMark();
  arenaRelease(bottom);
  opened = false;
  resultEnd = 0;
  const model = arenaAlloc(size);
  base = arenaMark();
  return model;
}

/** Opens the model that lies where {@link edge_alloc_tokenizer} said; the address of a result head. */
export function edge_open_tokenizer(model: usize, length: usize): usize {
  faultClear();
  opened = false;
  arenaRelease(base);
  let status = 0;
  if (!inMemory(model, length)) faultAddress();
  else status = openTokenizer(model, length);
  if (status != 0) {
    arenaRelease(base);
    faultBegin(
      status == OUT_OF_MEMORY ? EXIT_RUNTIME : EXIT_MODEL,
      'TOKENIZER_INVALID',
      'cannot use the tokenizer',
    );
    faultWhy(tokenizerErrorText(status));
  } else if (faultExit == 0) {
    opened = true;
    base = arenaMark();
  }
  resultStart = arenaMark();
  return finish(newResult(offsetof<ResultHead>()));
}

/** `size` bytes for texts, 16-byte aligned, 0 when there are none; valid until {@link edge_reset}. */
export function edge_alloc(size: usize): usize {
  dropResult();
  return arenaAlloc(size);
}

/** Drops everything but the tokenizer. */
export function edge_reset(): void {
  resultEnd = 0;
  arenaRelease(base);
}

/**
 * Tokens of a text, or of a pair of texts when `pairLength` is not negative; at most `most` of them, 0 for all. `options`
 * are the bits of tokenizers/sequence.ts. The address of a {@link TokensResult}.
 */
export function edge_tokenize(
  text: usize,
  length: usize,
  pair: usize,
  pairLength: i32,
  options: u32,
  most: usize,
): usize {
  dropResult();
  faultClear();
  resultStart = arenaMark();
  const isPair = pairLength >= 0;
  let status = 0;
  if (!inMemory(text, length) || (isPair && !inMemory(pair, pairLength))) faultAddress();
  else if (!opened) status = TOKENS_CLOSED;
  else status = sequence(text, length, pair, isPair ? <usize>pairLength : 0, isPair, options, most);
  if (status != 0) {
    arenaRelease(resultStart);
    const exit = status == OUT_OF_MEMORY ? EXIT_RUNTIME : status == TOKENS_CLOSED ? EXIT_USAGE : EXIT_INPUT;
    faultBegin(exit, status == OUT_OF_MEMORY ? 'RUNTIME_MEMORY' : 'TEXT_REFUSED', 'cannot tokenise the text');
    faultWhy(tokenizerErrorText(status));
  }
  const address = newResult(offsetof<TokensResult>());
  const result = changetype<TokensResult>(address);
  if (faultExit == 0) {
    result.ids = sequenceIds;
    result.types = sequenceTypes;
    result.places = sequencePlaces;
    result.texts = sequenceTexts;
    result.count = sequenceCount;
    result.cut = sequenceCut;
  }
  return finish(address);
}

function finish(address: usize): usize {
  fillHead(address);
  resultEnd = arenaMark();
  return address;
}
