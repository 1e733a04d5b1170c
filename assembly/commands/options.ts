/**
 * The guest's command line -> {@link options}. `--flag value` and `--flag=value`; `--` ends the flags.
 */

import { arenaAlloc } from '../memory/arena';
import { ENCODINGS } from '../card/read_graphs';
import { wordIndex } from '../card/fields';
import { TASK_CLASSIFY, TASK_DETECT, TASK_EMBED, TASK_SEGMENT } from '../card/plan';
import { RAW_RGB, rawWords } from '../codecs/raw_format';
import { EXIT_RUNTIME, EXIT_USAGE, faultBegin, faultHint, faultTry, faultWhere, faultWhy } from '../fault';
import { JSON_NUMBER, jsonNumber, jsonType } from '../text/json_node';
import { jsonParse } from '../text/json_reader';
import { parseCount } from '../text/numbers';
import { startsWith } from '../text/utf8';
import { putBytes } from '../text/writer';
import { argsCount, argText, textLength } from '../wasi/args';
import { nearestWord, nearestWordLength } from './nearest';

/** All flags; those before `model` take no value. */
const FLAGS: string =
  'help version json trust verbose model top threshold precision encoding graph target images-from raw runtime-name provider out iou size';
const HELP: i32 = 0;
const VERSION: i32 = 1;
const JSON: i32 = 2;
const TRUST: i32 = 3;
const VERBOSE: i32 = 4;
const MODEL: i32 = 5;
const TOP: i32 = 6;
const THRESHOLD: i32 = 7;
const PRECISION: i32 = 8;
const ENCODING: i32 = 9;
const GRAPH: i32 = 10;
const TARGET: i32 = 11;
const IMAGES_FROM: i32 = 12;
const RAW: i32 = 13;
const RUNTIME_NAME: i32 = 14;
const PROVIDER: i32 = 15;
const OUT: i32 = 16;
const IOU: i32 = 17;
const SIZE: i32 = 18;

export const COMMAND_NONE: i32 = -1;
/** Commands below are the tasks of card/plan.ts. */
export const COMMAND_PREPROCESS: i32 = 4;
const COMMANDS: string = 'classify detect segment embed preprocess';

/** Flags of each command, a bit a flag. */
const CLASSIFY_FLAGS: i32 = 0xffff;
const DETECT_FLAGS: i32 = CLASSIFY_FLAGS | (1 << IOU);
const EMBED_FLAGS: i32 = CLASSIFY_FLAGS & ~((1 << TOP) | (1 << THRESHOLD));
const SEGMENT_FLAGS: i32 = EMBED_FLAGS | (1 << OUT) | (1 << SIZE);
const PREPROCESS_FLAGS: i32 =
  (1 << HELP) | (1 << JSON) | (1 << TRUST) | (1 << VERBOSE) | (1 << MODEL) | (1 << RAW) | (1 << OUT);
const GLOBAL_FLAGS: i32 = (1 << HELP) | (1 << VERSION) | (1 << JSON);

/** What the command line asks for; texts point into the arguments. */
@unmanaged
export class Options {
  command: i32;
  help: bool;
  version: bool;
  json: bool;
  trust: bool;
  verbose: bool;
  model: usize;
  modelLength: usize;
  /** 0 when not said. */
  top: i32;
  /** 0 when not said. */
  threshold: f32;
  iou: f32;
  ownMask: i32;
  precision: usize;
  precisionLength: usize;
  encoding: i32;
  graph: usize;
  graphLength: usize;
  target: i32;
  imagesFrom: usize;
  imagesFromLength: usize;
  rawWidth: i32;
  rawHeight: i32;
  rawLayout: i32;
  runtimeName: usize;
  runtimeNameLength: usize;
  provider: usize;
  providerLength: usize;
  out: usize;
  outLength: usize;
  /** Rows of {address, length}. */
  images: usize;
  imageCount: i32;
}

/** The options at hand. */
export const options: Options = changetype<Options>(memory.data(offsetof<Options>()));

function usage(what: string, where: usize, length: usize, why: string): bool {
  faultBegin(EXIT_USAGE, 'USAGE_INVALID', what);
  faultWhere(where, length);
  faultWhy(why);
  faultTry('Try --help');
  return false;
}

function unknown(what: string, code: string, where: usize, length: usize, words: string): bool {
  faultBegin(EXIT_USAGE, code, what);
  faultWhere(where, length);
  const near = nearestWord(where, length, words);
  if (near != 0) {
    faultTry(load<u8>(where) == 0x2d ? 'Did you mean --' : 'Did you mean ');
    putBytes(faultHint, near, nearestWordLength);
    faultTry('? ');
  }
  faultTry('Try --help');
  return false;
}

/** Reads the arguments; false with a fault set when they are wrong. */
export function parseOptions(): bool {
  const count = argsCount();
  memory.fill(changetype<usize>(options), 0, offsetof<Options>());
  options.command = COMMAND_NONE;
  options.encoding = -1;
  options.images = arenaAlloc((<usize>count) << 3);
  if (options.images == 0) {
    faultBegin(EXIT_RUNTIME, 'RUNTIME_MEMORY', 'the host refused to give more memory');
    return false;
  }
  // The form of errors is settled first, so that an error in any flag has it.
  for (let i = 1; i < count; i++) {
    const text = argText(i);
    const length = textLength(text);
    if (length == 2 && startsWith(text, 2, '--')) break;
    if (length == 6 && startsWith(text, 6, '--json')) options.json = true;
  }
  let flagsEnded = false;
  for (let i = 1; i < count; i++) {
    const text = argText(i);
    const length = textLength(text);
    if (!flagsEnded && length > 1 && load<u8>(text) == 0x2d) {
      if (length == 2 && load<u8>(text, 1) == 0x2d) {
        flagsEnded = true;
        continue;
      }
      i = parseFlag(i, text, length);
      if (i < 0) return false;
    } else if (options.command == COMMAND_NONE) {
      options.command = wordIndex(text, length, COMMANDS);
      if (options.command < 0) {
        return unknown('unknown command', 'USAGE_UNKNOWN_COMMAND', text, length, COMMANDS);
      }
    } else {
      // At most one row an argument: inside the table.
      const row = options.images + ((<usize>options.imageCount) << 3);
      options.imageCount++;
      store<usize>(row, text);
      store<usize>(row, length, 4);
    }
  }
  return true;
}

function flagsOf(command: i32): i32 {
  if (command == TASK_CLASSIFY) return CLASSIFY_FLAGS;
  if (command == TASK_DETECT) return DETECT_FLAGS;
  if (command == TASK_SEGMENT) return SEGMENT_FLAGS;
  if (command == TASK_EMBED) return EMBED_FLAGS;
  return command == COMMAND_PREPROCESS ? PREPROCESS_FLAGS : GLOBAL_FLAGS;
}

/** Reads the flag of argument `index`; the index of the last argument used, -1 on an error. */
function parseFlag(index: i32, text: usize, length: usize): i32 {
  if (length == 2 && load<u8>(text, 1) == 0x68) {
    options.help = true;
    return index;
  }
  let nameLength: usize = 0;
  while (nameLength < length && load<u8>(text + nameLength) != 0x3d) nameLength++;
  const known = nameLength > 2 && startsWith(text, nameLength, '--');
  const flag = known ? wordIndex(text + 2, nameLength - 2, FLAGS) : -1;
  if (flag < 0) {
    unknown('unknown flag', 'USAGE_UNKNOWN_FLAG', text, nameLength, FLAGS);
    return -1;
  }
  const allowed = flagsOf(options.command);
  if ((allowed & (1 << flag)) == 0) {
    usage('flag not for this place', text, nameLength, 'flags of a command come after its name');
    return -1;
  }
  const joined = nameLength < length;
  if (flag < MODEL) {
    if (joined) {
      usage('flag with a value', text, length, 'this flag takes none');
      return -1;
    }
    if (flag == HELP) options.help = true;
    else if (flag == VERSION) options.version = true;
    else if (flag == JSON) options.json = true;
    else if (flag == TRUST) options.trust = true;
    else options.verbose = true;
    return index;
  }
  let value = text + nameLength + 1;
  let valueLength = length - nameLength - 1;
  if (!joined) {
    index++;
    if (index >= argsCount()) {
      usage('flag without a value', text, nameLength, 'a value must follow');
      return -1;
    }
    value = argText(index);
    valueLength = textLength(value);
  }
  return setValue(flag, value, valueLength) ? index : -1;
}

const FRACTION: string = 'it must be a number of 0 to 1';

/** A number of 0 to 1; -1 for anything else. */
function parseFraction(value: usize, length: usize): f32 {
  const node = jsonParse(value, length);
  const x = jsonType(node) == JSON_NUMBER ? jsonNumber(node) : -1;
  return x >= 0 && x <= 1 ? <f32>x : -1;
}

function setValue(flag: i32, value: usize, length: usize): bool {
  if (length == 0) return usage('flag without a value', value, length, 'the value is empty');
  if (flag == TOP) {
    options.top = parseCount(value, length);
    if (options.top < 1) return usage('bad --top', value, length, 'it must be a whole number above 0');
  } else if (flag == THRESHOLD) {
    options.threshold = parseFraction(value, length);
    if (options.threshold < 0) return usage('bad --threshold', value, length, FRACTION);
  } else if (flag == IOU) {
    options.iou = parseFraction(value, length);
    if (options.iou < 0) return usage('bad --iou', value, length, FRACTION);
  } else if (flag == SIZE) {
    options.ownMask = wordIndex(value, length, 'picture model');
    if (options.ownMask < 0)
      return unknown('unknown --size', 'USAGE_INVALID', value, length, 'picture model');
  } else if (flag == ENCODING) {
    options.encoding = wordIndex(value, length, ENCODINGS);
    if (options.encoding < 0) return unknown('unknown --encoding', 'USAGE_INVALID', value, length, ENCODINGS);
  } else if (flag == TARGET) {
    options.target = wordIndex(value, length, 'cpu gpu tpu');
    if (options.target < 0) return unknown('unknown --target', 'USAGE_INVALID', value, length, 'cpu gpu tpu');
  } else if (flag == RAW) {
    if (!setRaw(value, length)) {
      return usage('bad --raw', value, length, 'it must be WIDTHxHEIGHT[:FORMAT[:MATRIX[:RANGE]]]');
    }
  } else setText(flag, value, length);
  return true;
}

/** Bytes before the first `mark`, at most `length`. */
function until(mark: u8, text: usize, length: usize): usize {
  let i: usize = 0;
  while (i < length && load<u8>(text + i) != mark) i++;
  return i;
}

/** WIDTHxHEIGHT, then words of raw_format.ts after colons; false when it is something else. */
function setRaw(value: usize, length: usize): bool {
  const end = value + length;
  const sizes = until(0x3a, value, length);
  const x = until(0x78, value, sizes);
  options.rawWidth = parseCount(value, x);
  options.rawHeight = x < sizes ? parseCount(value + x + 1, sizes - x - 1) : -1;
  options.rawLayout = RAW_RGB;
  let at = value + sizes;
  for (let place = 0; at < end; place++) {
    at++;
    const word = until(0x3a, at, end - at);
    const found = wordIndex(at, word, rawWords(place));
    if (found < 0 || place > 2) return false;
    if (place == 0) options.rawLayout = found + 1;
    else options.rawLayout |= found << (place << 3);
    at += word;
  }
  return options.rawWidth > 0 && options.rawHeight > 0;
}

function setText(flag: i32, value: usize, length: usize): void {
  if (flag == MODEL) {
    options.model = value;
    options.modelLength = length;
  } else if (flag == PRECISION) {
    options.precision = value;
    options.precisionLength = length;
  } else if (flag == GRAPH) {
    options.graph = value;
    options.graphLength = length;
  } else if (flag == IMAGES_FROM) {
    options.imagesFrom = value;
    options.imagesFromLength = length;
  } else if (flag == RUNTIME_NAME) {
    options.runtimeName = value;
    options.runtimeNameLength = length;
  } else if (flag == PROVIDER) {
    options.provider = value;
    options.providerLength = length;
  } else {
    options.out = value;
    options.outLength = length;
  }
}
