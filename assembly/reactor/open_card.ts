/**
 * What modules share whose host runs the graph and gives the card: memory, and the card itself.
 */

import { readLabels } from '../card/labels';
import { cardOutput, plan } from '../card/plan';
import { readCard } from '../card/read';
import { residentGrow, residentOpen, residentReset, residentShort } from '../card/resident';
import { cardErrorText } from '../card/status';
import { EXIT_MODEL, EXIT_USAGE, faultBegin, faultExit, faultTry, faultWhy } from '../fault';
import { arenaMark, arenaRelease } from '../memory/arena';
import { cardFault } from '../model';
import { faultMemory } from '../package';
import {
  callBegin,
  callEnd,
  faultAddress,
  fillHead,
  fillShape,
  hostAlloc,
  hostReset,
  inMemory,
  newResult,
} from './results';
import { CardResult } from './structs';

const CARD_NAME: usize = memory.data<u8>([0x6d, 0x6f, 0x64, 0x65, 0x6c, 0x2e, 0x6a, 0x73, 0x6f, 0x6e]);

/** `size` bytes for the host's data; 0 when there is no memory. */
export function edge_alloc(size: usize): usize {
  return hostAlloc(size);
}

/** Drops everything that edge_alloc gave and the last result; the card stays. */
export function edge_reset(): void {
  hostReset();
}

/**
 * Reads a model card and, unless `labelsLength` is 0, its labels file: the address of a {@link CardResult}. The texts
 * are copied.
 */
export function edge_open_card(card: usize, length: usize, labels: usize, labelsLength: usize): usize {
  callBegin();
  plan.ready = false;
  if (!inMemory(card, length) || !inMemory(labels, labelsLength)) faultAddress();
  else openCard(card, length, labels, labelsLength);
  plan.ready = faultExit == 0;
  const address = newResult(offsetof<CardResult>());
  const result = changetype<CardResult>(address);
  if (faultExit == 0) {
    result.dtype = plan.dtype;
    result.rank = 4;
    fillShape(address + offsetof<CardResult>('dimension0'));
    result.outputDtype = cardOutput(0).dtype;
    result.outputKind = cardOutput(0).kind;
  }
  fillHead(address);
  callEnd();
  return address;
}

function openCard(card: usize, length: usize, labels: usize, labelsLength: usize): void {
  if (!residentOpen()) {
    faultMemory();
    return;
  }
  residentReset();
  const mark = arenaMark();
  let status = readCard(card, length);
  if (status != 0) {
    cardFault(status, CARD_NAME, 10);
  } else if (labelsLength != 0) {
    status = readLabels(labels, labelsLength);
    if (status != 0) {
      faultBegin(EXIT_MODEL, 'MODEL_LABELS', 'cannot use the labels');
      faultWhy(cardErrorText(status));
    }
  }
  arenaRelease(mark);
  if (faultExit != 0 || !residentShort()) return;
  // All that is kept is smaller than card and labels with a row of 8 bytes a line.
  if (residentGrow(length + labelsLength * 9)) openCard(card, length, labels, labelsLength);
  else faultMemory();
}

/** True when a card was read; else a fault is set. */
export function ready(): bool {
  if (plan.ready) return true;
  faultBegin(EXIT_USAGE, 'USAGE_NO_MODEL', 'no card is open');
  faultTry('Call edge_open_card first');
  return false;
}
