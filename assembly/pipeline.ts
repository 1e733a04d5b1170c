/**
 * A picture -> the exact bytes of the input tensor. Decoding, colour, resizing and normalising are interleaved row
 * by row, so that only the rows that the resize filter needs exist at a time.
 *
 * Order in the arena, all of it above the caller's mark and released by the caller:
 *   tensor, SHA-256 | released here: decoder | (whole picture, when it must be turned) | row buffer, tables, resizer
 *
 * Time: decoding and the rest alternate with every row, and reading the clock costs more than a small row. The total
 * is exact; how it is shared is measured on the first row (progressive pictures are decoded there) and on every 11th
 * row (prime to the 8 and 16 rows in which decoders work, so that all places of a block are met alike).
 */

import { answer, Answer } from './answer';
import { COLOR_GRAY, plan, tensorBytes } from './card/plan';
import {
  imageChannels,
  imageErrorText,
  imageHeight,
  imageNextRow,
  imageOpen,
  imageOpenRaw,
  imageOrientation,
  imageReduce,
  imageStatus,
  imageWidth,
} from './codecs/image';
import { RAW_LENGTH } from './codecs/errors';
import { rawNeeded } from './codecs/raw';
import { orientSwapsSides } from './codecs/orient';
import { wholePicture, wholeStatus } from './codecs/whole';
import { EXIT_INPUT, faultBegin, faultExit, faultMessage, faultTry, faultWhere, faultWhy } from './fault';
import {
  resizeBegin,
  resizeErrorText,
  resizeFill,
  resizeFirstRow,
  resizeLastRow,
  resizePush,
  resizeTake,
  resizeWindow,
} from './kernels/resize';
import { hostHashes, sha256 } from './digest';
import { layOut, layOutInput } from './geometry';
import { arenaAlloc, arenaMark, arenaRelease } from './memory/arena';
import { faultMemory } from './package';
import { OUT_OF_MEMORY } from './status';
import { colorBegin, colorRow, tensorBegin, tensorRow } from './tensor';
import { putU32 } from './text/numbers';
import { put } from './text/writer';
import { now } from './wasi/clock';

const SAMPLE: i32 = 11;

/** Where rows come from: 0 the decoder, otherwise the address of the next row of a whole picture. */
let rowAt: usize = 0;
let rowStride: usize = 0;

/** An encoded picture -> the tensor of the answer at hand; status. */
export function preprocessEncoded(from: usize, length: usize): i32 {
  const start = now();
  const status = tensorFromEncoded(from, length);
  return status != 0 ? status : finish(start);
}

/** The tensor alone of {@link preprocessEncoded}: no hash, and of the times only that of decoding. */
export function tensorFromEncoded(from: usize, length: usize): i32 {
  const start = now();
  const mark = begin();
  if (mark == 0) return OUT_OF_MEMORY;
  let status = imageOpen(from, length);
  if (status != 0) return status;
  const orientation = plan.exif ? imageOrientation() : 1;
  const swapped = orientSwapsSides(orientation);
  const channels = imageChannels();
  status = swapped ? layOut(imageHeight(), imageWidth()) : layOut(imageWidth(), imageHeight());
  if (status != 0) return status;
  if (plan.draft) {
    const window = resizeWindow;
    if (swapped) imageReduce(window.fullH, window.fullW);
    else imageReduce(window.fullW, window.fullH);
  }
  const width = imageWidth();
  const height = imageHeight();
  rowAt = 0;
  if (orientation != 1) {
    status = turn(width, height, channels, orientation);
    if (status != 0) return status;
  }
  answer.decode = now() - start;
  status = swapped ? run(height, width, channels) : run(width, height, channels);
  arenaRelease(mark);
  return status;
}

/** Raw pixels of a layout of codecs/raw_format.ts -> the tensor of the answer at hand; status. */
export function preprocessRaw(from: usize, length: usize, width: i32, height: i32, layout: i32): i32 {
  const start = now();
  const mark = begin();
  if (mark == 0) return OUT_OF_MEMORY;
  let status = imageOpenRaw(from, length, width, height, layout);
  rowAt = 0;
  if (status == 0) status = layOut(width, height);
  if (status == 0) status = run(width, height, imageChannels());
  arenaRelease(mark);
  return status != 0 ? status : finish(start);
}

/**
 * Bytes that are the model's tensor already, made of a picture of width x height (0: unknown), become that of the answer
 * at hand, where they lie; status.
 */
export function adoptTensor(tensor: usize, width: i32, height: i32): i32 {
  const start = now();
  if (beginWith(tensor) == 0) return OUT_OF_MEMORY;
  if (width == 0) layOutInput();
  const status = width == 0 ? 0 : layOut(width, height);
  return status != 0 ? status : finish(start);
}

/** Allocates what stays; a mark above it, 0 when there is no memory. */
function begin(): usize {
  const tensor = arenaAlloc(tensorBytes());
  return tensor == 0 ? 0 : beginWith(tensor);
}

function beginWith(tensor: usize): usize {
  memory.fill(changetype<usize>(answer), 0, offsetof<Answer>());
  answer.tensor = tensor;
  answer.tensorLength = tensorBytes();
  answer.sha256 = arenaAlloc(32);
  return answer.sha256 == 0 ? 0 : arenaMark();
}

/** Decodes the whole picture and turns it upright; status. */
function turn(width: i32, height: i32, channels: i32, orientation: i32): i32 {
  rowAt = wholePicture(orientation);
  if (rowAt == 0) return wholeStatus;
  rowStride = <usize>(orientSwapsSides(orientation) ? height : width) * <usize>channels;
  return 0;
}

/** The next source row, 0 when the decoder failed. */
function nextRow(): usize {
  if (rowAt == 0) return imageNextRow();
  const row = rowAt;
  rowAt += rowStride;
  return row;
}

/** Rows of width x height x channels -> tensor, as {@link resizeWindow} says; status. */
function run(width: i32, height: i32, channels: i32): i32 {
  const colors = plan.color == COLOR_GRAY ? 1 : 3;
  const window = resizeWindow;
  const status = resizeBegin(
    plan.profile,
    plan.filter,
    plan.antialias,
    colors,
    width,
    height,
    window.fullW,
    window.fullH,
    window.cropX,
    window.cropY,
    window.cropW,
    window.cropH,
  );
  if (status != 0) return status;
  resizeFill(plan.fill);
  if (!colorBegin(width, channels, colors) || !tensorBegin()) return OUT_OF_MEMORY;
  const first = resizeFirstRow();
  const last = resizeLastRow();
  let done = 0;
  const began = now();
  let decoded: f64 = 0;
  let sampledDecode: f64 = 0;
  let sampledRest: f64 = 0;
  let firstRow: f64 = 0;
  for (let y = 0; y <= last; y++) {
    const sampled = y % SAMPLE == 0;
    const before = sampled ? now() : 0;
    const row = nextRow();
    if (row == 0) return imageStatus();
    const between = sampled ? now() : 0;
    if (y >= first) {
      const ready = resizePush(colorRow(row));
      for (let i = 0; i < ready; i++) tensorRow(resizeTake(), done++);
    }
    if (y == 0) {
      decoded = between - before;
      firstRow = now() - before;
    } else if (sampled) {
      sampledDecode += between - before;
      sampledRest += now() - between;
    }
  }
  const all = sampledDecode + sampledRest;
  if (all > 0) decoded += ((now() - began - firstRow) * sampledDecode) / all;
  answer.decode += decoded;
  return 0;
}

/** Hashes the tensor, unless the host does, and closes the times. */
function finish(start: f64): i32 {
  if (!hostHashes) sha256(answer.tensor, answer.tensorLength, answer.sha256);
  else answer.sha256 = 0;
  answer.latency = now() - start;
  answer.preprocess = answer.latency - answer.decode;
  return 0;
}

/** Turns a status of this file into the fault; `where` names the picture. The exit code. */
export function faultImage(status: i32, where: usize, length: usize): i32 {
  if (status == OUT_OF_MEMORY || status == 190) {
    faultMemory();
    return faultExit;
  }
  const resize = status >= 190 && status < 200;
  const raw = status == RAW_LENGTH;
  faultBegin(EXIT_INPUT, raw ? 'INPUT_RAW_SIZE' : 'INPUT_INVALID', 'cannot use the picture');
  if (length > 0) faultWhere(where, length);
  if (raw) {
    faultWhy(rawNeeded == 0 ? 'width, height or format are out of range' : 'width, height and format make ');
    if (rawNeeded != 0) {
      putU32(faultMessage, rawNeeded);
      put(faultMessage, ' bytes');
    }
    faultTry('Give width, height and format of the raw pixels');
    return faultExit;
  }
  faultWhy(resize ? resizeErrorText(status, plan.profile) : imageErrorText(status));
  faultTry('Give a whole JPEG, PNG, PNM or BMP file');
  return faultExit;
}
