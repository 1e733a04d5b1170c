/**
 * The files of a model package, and which model is asked for.
 */

import { joinedLength, joinPath } from './card/paths';
import { cardFile } from './card/plan';
import { CARD_HASH, cardErrorText } from './card/status';
import { verifyFile } from './card/verify';
import { EXIT_RUNTIME, EXIT_SECURITY, faultBegin, faultModel, faultTry, faultWhere, faultWhy } from './fault';
import { OUT_OF_MEMORY } from './status';
import { wasiErrorText } from './wasi/errno';
import { fileBytes, fileLength, readFile } from './wasi/files';

/** Which model, and which of its graphs. */
@unmanaged
export class Choice {
  folder: usize;
  folderLength: usize;
  precision: usize;
  precisionLength: usize;
  /** -1: any. */
  encoding: i32;
  target: i32;
  /** Name under which the host has the graph; 0: graphs come from the package. */
  named: usize;
  namedLength: usize;
  trust: bool;
}

/** The choice at hand, filled by the caller of {@link openModel}. */
export const choice: Choice = changetype<Choice>(memory.data(offsetof<Choice>()));
/** The fault of a host that refuses memory. */
export function faultMemory(): void {
  faultBegin(EXIT_RUNTIME, 'RUNTIME_MEMORY', 'not enough memory');
  faultWhy('the host refused to give the module more');
  faultTry('Raise the memory limit of the runtime or use a smaller input');
}

/** Sets that fault; always false. */
export function outOfMemory(): bool {
  faultMemory();
  return false;
}

/** Reads and checks a file of the package; fileBytes and fileLength hold it. */
export function readPackageFile(index: i32): bool {
  const file = cardFile(index);
  const path = joinPath(choice.folder, choice.folderLength, file.path, file.pathLength);
  if (path == 0) return outOfMemory();
  const length = joinedLength;
  const status = readFile(path, length);
  if (status == OUT_OF_MEMORY) return outOfMemory();
  if (status != 0) {
    faultModel('MODEL_FILE', 'cannot read a file of the model', path, length);
    faultWhy(wasiErrorText(status));
    faultTry('Fetch the model package again');
    return false;
  }
  const verdict = verifyFile(index, fileBytes, fileLength, choice.trust);
  if (verdict == 0) return true;
  faultBegin(
    EXIT_SECURITY,
    verdict == CARD_HASH ? 'SECURITY_HASH' : 'SECURITY_SIZE',
    'a file of the model is not the one that the card means',
  );
  faultWhere(path, length);
  faultWhy(cardErrorText(verdict));
  faultTry('Fetch the model package again');
  return false;
}
