/**
 * The model that the reactor keeps between calls; it is opened anew when another one is asked for.
 */

import { plan } from '../card/plan';
import { EXIT_USAGE, faultBegin, faultClear, faultExit, faultTry, faultWhere } from '../fault';
import { joinedLength, joinPath } from '../card/paths';
import { cardMissing, openCardOnly, openModel } from '../model';
import { Choice, choice, faultMemory } from '../package';
import { faultTask } from '../tasks';

const MODELS: usize = memory.data<u8>([0x6d, 0x6f, 0x64, 0x65, 0x6c, 0x73]);
const MAX_PATH: usize = 1024;
const KEY: usize = memory.data(1024);
let keyLength: usize = 0;
let hasGraph: bool = false;
/** In place of a task: the card alone is wanted. */
export const NO_TASK: i32 = -1;
/** The task of the model, whichever that is. */
export const ANY_TASK: i32 = -2;

/**
 * Makes the model at hand the one of this folder, or of this name under the folder `models`, with its graph unless the
 * `task` is {@link NO_TASK}; the exit code.
 */
export function useModel(path: usize, length: usize, task: i32): i32 {
  const exit = keepModel(path, length, task != NO_TASK);
  return exit != 0 || task < 0 || plan.task == task ? exit : faultTask();
}

function keepModel(path: usize, length: usize, wantsGraph: bool): i32 {
  if (length == 0) {
    if (keyLength != 0 && (hasGraph || !wantsGraph)) return 0;
    faultBegin(EXIT_USAGE, 'USAGE_NO_MODEL', 'the request names no model');
    faultTry('Give the folder of a model package as model_id');
    return faultExit;
  }
  const known = length == keyLength && memory.compare(path, KEY, length) == 0;
  if (known && (hasGraph || !wantsGraph)) return 0;
  keyLength = 0;
  hasGraph = false;
  memory.fill(changetype<usize>(choice), 0, offsetof<Choice>());
  choice.encoding = -1;
  let plain = true;
  for (let i: usize = 0; i < length; i++) if (load<u8>(path + i) == 0x2f) plain = false;
  let exit = 0;
  if (plain) {
    choice.folder = joinPath(MODELS, 6, path, length);
    choice.folderLength = joinedLength;
    if (choice.folder == 0) {
      faultMemory();
      return faultExit;
    }
    exit = open(wantsGraph);
  }
  if (!plain || (exit != 0 && cardMissing)) {
    faultClear();
    choice.folder = path;
    choice.folderLength = length;
    exit = open(wantsGraph);
  }
  if (exit != 0) return exit;
  if (length <= MAX_PATH) {
    memory.copy(KEY, path, length);
    keyLength = length;
    hasGraph = wantsGraph;
  }
  return 0;
}

function open(wantsGraph: bool): i32 {
  return wantsGraph ? openModel() : openCardOnly();
}
