/**
 * Opening a model package: card, labels, then the first graph that the runtime takes. Every failure becomes the
 * fault at hand.
 *
 * Order in the arena: the resident place (names, labels) stays; card text, its tree, and the bytes of graph files
 * lie above and are released when the graph is open (runtimes copy in `load`).
 */

import { cardReason } from './card/fields';
import { readLabels } from './card/labels';
import { joinedLength, joinPath } from './card/paths';
import { plan } from './card/plan';
import { keepPriors } from './card/priors';
import { readCard } from './card/read';
import { residentGrow, residentOpen, residentReset, residentShort } from './card/resident';
import { CARD_FIELD, CARD_JSON, CARD_PATH, cardErrorText } from './card/status';
import { listedFile } from './card/verify';
import {
  EXIT_MODEL,
  EXIT_SECURITY,
  faultBegin,
  faultExit,
  faultMessage,
  faultModel,
  faultTry,
  faultWhere,
  faultWhy,
} from './fault';
import { clearRefusals, openFirst, openNamed } from './graphs';
import { arenaMark, arenaRelease } from './memory/arena';
import { choice, faultMemory, outOfMemory, readPackageFile } from './package';
import { OUT_OF_MEMORY } from './status';
import { jsonErrorOffset, jsonStatus } from './text/json_reader';
import { jsonErrorText } from './text/json_status';
import { putU32 } from './text/numbers';
import { put, putBytes } from './text/writer';
import { wasiErrorText } from './wasi/errno';
import { fileBytes, fileLength, readFile } from './wasi/files';

const CARD_NAME: usize = memory.data<u8>([0x6d, 0x6f, 0x64, 0x65, 0x6c, 0x2e, 0x6a, 0x73, 0x6f, 0x6e]);
const CARD_NAME_LENGTH: usize = 10;

/** Opens what {@link choice} asks for; the exit code, 0 when the model is ready. */
export function openModel(): i32 {
  clearRefusals();
  plan.ready = false;
  if (!openCard()) return faultExit;
  const mark = arenaMark();
  const opened = choice.named != 0 ? openNamed() : openFirst();
  arenaRelease(mark);
  arenaRelease(cardMark);
  if (!opened) return faultExit;
  plan.ready = true;
  return 0;
}

/** Opens card and labels only, as preprocessing wants them; the exit code. */
export function openCardOnly(): i32 {
  plan.ready = false;
  if (!openCard()) return faultExit;
  arenaRelease(cardMark);
  return 0;
}

/** The arena before the card was read. */
let cardMark: usize = 0;

/** True when the last card could not be read at all. */
export let cardMissing: bool = false;

function openCard(): bool {
  if (!residentOpen()) {
    faultMemory();
    return false;
  }
  residentReset();
  cardMissing = false;
  cardMark = arenaMark();
  while (true) {
    const good = openCardOnce();
    if (good && !residentShort()) return true;
    arenaRelease(cardMark);
    if (!residentShort()) return false;
    // The model keeps more than the resident place takes: a larger one, and once more.
    if (!residentGrow(0)) {
      faultMemory();
      return false;
    }
    cardMark = arenaMark();
  }
}

function openCardOnce(): bool {
  const path = joinPath(choice.folder, choice.folderLength, CARD_NAME, CARD_NAME_LENGTH);
  if (path == 0) return outOfMemory();
  const length = joinedLength;
  const status = readFile(path, length);
  if (status == OUT_OF_MEMORY) return outOfMemory();
  if (status != 0) {
    cardMissing = true;
    faultModel('MODEL_NOT_FOUND', 'cannot read the model card', path, length);
    faultWhy(wasiErrorText(status));
    faultTry('Give the folder that has model.json with --model');
    return false;
  }
  const card = readCard(fileBytes, fileLength);
  if (card != 0) return cardFault(card, path, length);
  if (plan.labelsPath != 0 && !residentShort() && !openLabels()) return false;
  return plan.priorsPath == 0 || residentShort() || openPriors();
}

/** Turns a status of {@link readCard} into the fault; always false. */
export function cardFault(status: i32, path: usize, length: usize): bool {
  if (status == OUT_OF_MEMORY) return outOfMemory();
  const escape = status == CARD_PATH;
  faultBegin(
    escape ? EXIT_SECURITY : EXIT_MODEL,
    escape ? 'SECURITY_PATH' : 'MODEL_CARD_INVALID',
    'the model card is not valid',
  );
  faultWhere(path, length);
  if (status == CARD_JSON) {
    faultWhy(jsonErrorText(jsonStatus()));
    put(faultMessage, ' at byte ');
    putU32(faultMessage, jsonErrorOffset());
  } else if (status == CARD_FIELD || escape) {
    put(faultMessage, ': ');
    putBytes(faultMessage, cardReason.start, cardReason.used);
  } else faultWhy(cardErrorText(status));
  faultTry(escape ? 'Do not use this package' : 'Correct model.json');
  return false;
}

/** A file that the card names by its path, checked, in fileBytes and fileLength; false with a fault set. */
function readListed(path: usize, length: usize): bool {
  const index = listedFile(path, length);
  if (index >= 0) return readPackageFile(index);
  faultModel('MODEL_CARD_INVALID', 'a file that the card uses is not listed in its files', path, length);
  faultTry('Add its path, sha256 and bytes to files');
  return false;
}

function openLabels(): bool {
  if (!readListed(plan.labelsPath, plan.labelsPathLength)) return false;
  const status = readLabels(fileBytes, fileLength);
  if (status == 0) return true;
  faultModel('MODEL_LABELS', 'cannot use the labels', plan.labelsPath, plan.labelsPathLength);
  faultWhy(cardErrorText(status));
  return false;
}

function openPriors(): bool {
  return readListed(plan.priorsPath, plan.priorsPathLength) && keepPriors(fileBytes, fileLength);
}
