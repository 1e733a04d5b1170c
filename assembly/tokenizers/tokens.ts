/**
 * Tokens in the making: rows {id, start, end, spaces}, places in bytes of the text that is being taken apart; `spaces` is how
 * many the token begins with, and << 16 how many it ends with.
 */

import { arenaAlloc } from '../memory/arena';

export const TOKEN: usize = 16;

export let tokens: usize = 0;
export let tokenCount: usize = 0;
let capacity: usize = 0;

/** Forgets all tokens. */
export function tokensBegin(): void {
  tokens = 0;
  tokenCount = 0;
  capacity = 0;
}

/** Makes room for `more` tokens; false when there is no memory. What was allocated later stays where it is. */
export function tokensReserve(more: usize): bool {
  const need = tokenCount + more;
  if (need <= capacity) return true;
  const room = max(need, capacity << 1);
  const moved = arenaAlloc(room * TOKEN);
  if (moved == 0) return false;
  memory.copy(moved, tokens, tokenCount * TOKEN);
  tokens = moved;
  capacity = room;
  return true;
}

/** Adds a token; there must be room. */
export function tokensPut(id: u32, start: usize, end: usize, spaces: u32 = 0): void {
  const row = tokens + tokenCount * TOKEN;
  store<u32>(row, id);
  store<u32>(row, <u32>start, 4);
  store<u32>(row, <u32>end, 8);
  store<u32>(row, spaces, 12);
  tokenCount++;
}

/** Takes tokens away again until there are `count`. */
export function tokensRewind(count: usize): void {
  tokenCount = count;
}
