/**
 * Test entry for the fuzzer (tests/fuzz): one call an input, which looks after itself. It is compiled with
 * memory/arena_watched.ts in place of the arena. No artifact contains it.
 */

import { readLabels } from '../card/labels';
import { plan } from '../card/plan';
import { readCard } from '../card/read';
import { residentGrow, residentOpen, residentReset, residentShort } from '../card/resident';
import { cardErrorText } from '../card/status';
import { exifOrientation } from '../codecs/exif';
import {
  imageChannels,
  imageErrorText,
  imageHeight,
  imageNextRow,
  imageOpen,
  imageOpenRaw,
  imageReduce,
  imageOrientation,
  imageStatus,
  imageWidth,
} from '../codecs/image';
import {
  resizeBegin,
  resizeElementBytes,
  resizeErrorText,
  resizeFill,
  resizeFirstRow,
  resizeLastRow,
  resizePush,
  resizeTake,
} from '../kernels/resize';
import { RESIZE_MEMORY } from '../kernels/resize/status';
import { arenaAlloc, arenaMark, GUARD } from '../memory/arena';
import { preprocessRaw } from '../pipeline';
import { answer } from '../answer';
import { asciiNext, asciiOpen } from '../text/ascii';
import { base64Capacity, base64Decode } from '../text/base64';
import { jsonFirst, jsonNext, jsonNumber, jsonText, jsonTextLength, jsonType } from '../text/json_node';
import { JSON_ARRAY, JSON_NUMBER, JSON_STRING } from '../text/json_node';
import { jsonErrorOffset, jsonParse, jsonStatus } from '../text/json_reader';
import { jsonErrorText } from '../text/json_status';

import { sequence, sequenceCount, sequenceIds, sequencePlaces, sequenceTypes } from '../tokenizers/sequence';
import { tokenizerErrorText } from '../tokenizers/status';
import { openTokenizer } from '../tokenizers/text';

export {
  arenaAlloc,
  arenaHighWater,
  arenaHighWaterReset,
  arenaIntact,
  arenaMark,
  arenaPoison,
  arenaRelease,
} from '../memory/arena_watched';
export { edge_alloc, edge_classify, edge_infer, edge_preprocess, edge_reset } from '../reactor/exports';

/** What a run found wrong with itself, in {@link Report}. */
const FAULT_SIZE: i32 = 1;
const FAULT_ROW: i32 = 2;
const FAULT_AFTER_LAST: i32 = 3;
const FAULT_ORIENTATION: i32 = 4;
const FAULT_TREE: i32 = 5;
const FAULT_LABEL: i32 = 6;
const FAULT_OFFSET: i32 = 7;
const FAULT_TENSOR: i32 = 8;
const FAULT_WINDOW: i32 = 9;
const FAULT_COUNT: i32 = 10;

/** Of pictures with more pixels only some rows are decoded. */
const MANY_PIXELS: u64 = 1 << 20;
const FEW_ROWS: i32 = 64;

/** What is known after a run, 32 bytes. */
@unmanaged
class Report {
  checksum: u64;
  width: u32;
  height: u32;
  channels: i32;
  rows: i32;
  fault: i32;
  /** Where the run left bytes for the caller to look at. */
  output: usize;
}

const report: Report = changetype<Report>(memory.data(offsetof<Report>(), 8));

/** Address of the report of the last run. */
export function fuzzReport(): usize {
  return changetype<usize>(report);
}

/** Forgets the last run; address of the report. */
export function fuzzReset(): usize {
  begin();
  return changetype<usize>(report);
}

function begin(): void {
  memory.fill(changetype<usize>(report), 0, offsetof<Report>());
  report.checksum = 0xcbf2_9ce4_8422_2325;
}

function mix(value: u64): void {
  report.checksum = rotl<u64>((report.checksum ^ value) * 0x9e37_79b9_7f4a_7c15, 29);
}

function mixBytes(from: usize, length: usize): void {
  const words = length & ~7;
  for (let i: usize = 0; i < words; i += 8) mix(load<u64>(from + i));
  for (let i = words; i < length; i++) mix(<u64>load<u8>(from + i));
}

/** True when all of the block lies between `low` and the arena's top. */
function inArena(from: usize, length: usize, low: usize): bool {
  const top = arenaMark();
  return from >= low && from <= top && length <= top - from;
}

/**
 * Reads the rows of the picture that `status` says was opened, few of a large one, of a JPEG at 1 / 2 ** `shift`; the
 * status that it ends with.
 */
function readRows(status: i32, low: usize, shift: i32): i32 {
  report.width = <u32>imageWidth();
  report.height = <u32>imageHeight();
  report.channels = imageChannels();
  if (status != 0) return status;
  const pixels = <u64>report.width * <u64>report.height;
  if (pixels == 0 || pixels > 1 << 28 || report.channels < 1 || report.channels > 4)
    report.fault = FAULT_SIZE;
  const orientation = imageOrientation();
  if (orientation < 1 || orientation > 8) report.fault = FAULT_ORIENTATION;
  if (shift != 0) imageReduce(max(imageWidth() >> shift, 1), max(imageHeight() >> shift, 1));
  const stride = <usize>imageWidth() * <usize>report.channels;
  const height = imageHeight();
  for (let y = 0; y < height; y++) {
    if (y == FEW_ROWS && pixels > MANY_PIXELS) return 0;
    const row = imageNextRow();
    if (row == 0) return imageStatus() == 0 ? -1 : imageStatus();
    if (!inArena(row, stride + GUARD, low)) {
      report.fault = FAULT_ROW;
      return 0;
    }
    mixBytes(row, stride);
    report.rows++;
  }
  mix(<u64>orientation);
  if (imageNextRow() != 0 || imageStatus() == 0) report.fault = FAULT_AFTER_LAST;
  return 0;
}

/** Decodes an image file of any format, one of odd length at 1/2, 1/4 or 1/8 where its format can; status. */
export function fuzzPicture(src: usize, length: usize): i32 {
  begin();
  const shift = (length & 1) != 0 ? 1 + <i32>((length >> 1) % 3) : 0;
  return readRows(imageOpen(src, length), src, shift);
}

/** The first 12 bytes are width, height and layout, the rest raw pixels; status. */
export function fuzzRaw(src: usize, length: usize): i32 {
  begin();
  if (length < 12) return 0;
  const status = imageOpenRaw(src + 12, length - 12, load<i32>(src), load<i32>(src, 4), load<i32>(src, 8));
  return readRows(status, src, 0);
}

/** The orientation of an EXIF block is the status: 1 to 8. */
export function fuzzExif(src: usize, length: usize): i32 {
  begin();
  const orientation = exifOrientation(src, <i32>length);
  if (orientation < 1 || orientation > 8) report.fault = FAULT_ORIENTATION;
  mix(<u64>orientation);
  return orientation;
}

function walk(node: usize, src: usize, length: usize): void {
  if (!inArena(node, 24, src)) {
    report.fault = FAULT_TREE;
    return;
  }
  const type = jsonType(node);
  mix(<u64>type);
  const key = load<u32>(node, 8) & 0xffffff;
  if (key != 0) {
    if (!inArena(load<usize>(node, 4), key, src)) report.fault = FAULT_TREE;
    else mixBytes(load<usize>(node, 4), key);
  }
  if (load<u32>(node, 12) > <u32>length) report.fault = FAULT_OFFSET;
  if (type == JSON_NUMBER) mix(reinterpret<u64>(jsonNumber(node)));
  if (type == JSON_STRING) {
    if (!inArena(jsonText(node), jsonTextLength(node), src)) report.fault = FAULT_TREE;
    else mixBytes(jsonText(node), jsonTextLength(node));
  }
  if (type < JSON_ARRAY) return;
  for (let child = jsonFirst(node); child != 0 && report.fault == 0; child = jsonNext(child)) {
    walk(child, src, length);
  }
}

/** Parses JSON and walks over the tree; status. A root that is a number is left at the report's output. */
export function fuzzJson(src: usize, length: usize): i32 {
  begin();
  const root = jsonParse(src, length);
  if (jsonErrorOffset() > <u32>length) report.fault = FAULT_OFFSET;
  if (root == 0) return jsonStatus() == 0 ? -1 : jsonStatus();
  walk(root, src, length);
  if (jsonType(root) == JSON_NUMBER) report.output = root + 16;
  return 0;
}

/** Reads a model card as edge_open_card does, and brings a picture of 12 x 9 through it when it is a small one; status. */
export function fuzzCard(src: usize, length: usize, picture: usize): i32 {
  begin();
  if (!residentOpen()) return 1;
  residentReset();
  let status = readCard(src, length);
  if (residentShort() && residentGrow(length)) {
    residentReset();
    status = readCard(src, length);
  }
  mix(<u64>status);
  if (status != 0 || plan.height * plan.width > 4096) return status;
  if (plan.resizeHeight * plan.resizeWidth > 1 << 20 || plan.shortest > 1024) return 0;
  status = preprocessRaw(picture, 12 * 9 * 3, 12, 9, 3);
  mix(<u64>status);
  if (status != 0) return status;
  if (!inArena(answer.tensor, answer.tensorLength, src)) report.fault = FAULT_TENSOR;
  else mixBytes(answer.tensor, answer.tensorLength);
  return 0;
}

/** Numbers in front of the samples of {@link fuzzResize}, 4 bytes each. */
const RESIZE_NUMBERS: usize = 13;

/**
 * Resizes noise: profile, filter, antialias, channels, source width and height, resized width and height, window x, y, width
 * and height, fill; the rest are samples, again and again. Status.
 */
export function fuzzResize(src: usize, length: usize): i32 {
  begin();
  const samples = length - (RESIZE_NUMBERS << 2);
  if (length <= RESIZE_NUMBERS << 2) return 0;
  const channels = load<i32>(src, 12);
  const width = load<i32>(src, 16);
  const height = load<i32>(src, 20);
  const windowW = load<i32>(src, 40);
  const windowH = load<i32>(src, 44);
  plan.profile = load<i32>(src);
  const status = resizeBegin(
    plan.profile,
    load<i32>(src, 4),
    (load<u8>(src, 8) & 1) != 0,
    channels,
    width,
    height,
    load<i32>(src, 24),
    load<i32>(src, 28),
    load<i32>(src, 32),
    load<i32>(src, 36),
    windowW,
    windowH,
  );
  // Time is allowed for the larger of source and window, for tables that memory refused as well.
  if (status == 0 || status == RESIZE_MEMORY) {
    report.width = <u32>max(width, windowW);
    report.height = <u32>max(height, windowH);
  }
  if (status != 0) return status;
  resizeFill(<i32>load<u8>(src, 48));
  const first = resizeFirstRow();
  const last = resizeLastRow();
  if (first < 0 || first > last || last >= height) report.fault = FAULT_WINDOW;
  if (<u64>width * <u64>(last - first + 1) > MANY_PIXELS || <u64>windowW * <u64>windowH > MANY_PIXELS)
    return 0;
  const stride = <usize>(width * channels);
  const row = arenaAlloc(stride);
  if (row == 0) return 0;
  let done = 0;
  for (let y = first; y <= last && report.fault == 0; y++) {
    for (let i: usize = 0; i < stride; i++) {
      store<u8>(row + i, load<u8>(src + (RESIZE_NUMBERS << 2) + ((i + <usize>y * stride) % samples)));
    }
    for (let ready = resizePush(row); ready > 0; ready--) {
      const out = resizeTake();
      const bytes = <usize>(windowW * channels * resizeElementBytes());
      if (!inArena(out, bytes, src)) report.fault = FAULT_ROW;
      else mixBytes(out, bytes);
      done++;
    }
  }
  if (done != windowH) report.fault = FAULT_COUNT;
  return 0;
}

/** Reads a labels file; status. */
export function fuzzLabels(src: usize, length: usize): i32 {
  begin();
  if (!residentOpen()) return 1;
  residentReset();
  let status = readLabels(src, length);
  if (residentShort() && residentGrow(length * 9)) {
    residentReset();
    status = readLabels(src, length);
  }
  mix(<u64>status);
  if (status != 0) return status;
  for (let i = 0; i < plan.labelCount; i++) {
    const row = plan.labelOffsets + ((<usize>i) << 3);
    if (<usize>load<u32>(row) + <usize>load<u32>(row, 4) > length) report.fault = FAULT_LABEL;
    else mixBytes(plan.labelBytes + <usize>load<u32>(row), <usize>load<u32>(row, 4));
  }
  report.rows = plan.labelCount;
  return 0;
}

/** Decodes base64: how many bytes it gave, at the report's output; i32.MAX_VALUE when it is none. */
export function fuzzBase64(src: usize, length: usize): i32 {
  begin();
  const to = arenaAlloc(base64Capacity(length));
  if (to == 0) return -1;
  report.output = to;
  const count = base64Decode(src, length, to);
  return count < 0 ? i32.MAX_VALUE : count;
}

/**
 * Opens a tokenizer and gives it a text: u32 bytes of the model, the model, the text. How it is cut and whether it is a
 * pair follows from its length. Status.
 */
export function fuzzTokenizer(src: usize, length: usize): i32 {
  begin();
  if (length < 4) return 0;
  const block = min(<usize>load<u32>(src), length - 4);
  const text = src + 4 + block;
  const bytes = length - 4 - block;
  let status = openTokenizer(src + 4, block);
  const pair = (bytes & 1) != 0;
  const most: usize = bytes % 3 == 0 ? bytes % 40 : 0;
  const pairBytes = pair ? min<usize>(bytes, 4) : 0;
  if (status == 0) status = sequence(text, bytes, text, pairBytes, pair, <u32>bytes & 15, most);
  mix(<u64>status);
  if (status != 0) return status;
  if (!inArena(sequenceIds, sequenceCount << 2, src)) report.fault = FAULT_TENSOR;
  mixBytes(sequenceIds, sequenceCount << 2);
  mixBytes(sequenceTypes, sequenceCount << 2);
  mixBytes(sequencePlaces, sequenceCount << 3);
  for (let i: usize = 0; i < sequenceCount; i++) {
    const from = load<u32>(sequencePlaces + (i << 3));
    const to = load<u32>(sequencePlaces + (i << 3), 4);
    if (from > to || <usize>to > bytes) report.fault = FAULT_OFFSET;
  }
  return 0;
}

/**
 * What the fuzzer must find, by the first byte: T a trap, L a loop without end, B writing behind a block, A before one,
 * I into the input, U a result from memory that nobody wrote, M memory beyond measure, R a row outside of the arena,
 * X a status without a text; anything else is a good picture of one pixel.
 */
export function fuzzBroken(src: usize, length: usize): i32 {
  begin();
  report.width = 1;
  report.height = 1;
  report.channels = 1;
  const kind = length == 0 ? 0 : <i32>load<u8>(src);
  const block = arenaAlloc(64);
  if (kind == 0x54) unreachable();
  if (kind == 0x4c) while (load<u8>(src) == 0x4c) mix(1);
  if (kind == 0x42) store<u8>(block, 0, 64);
  if (kind == 0x41) store<u8>(block - 1, 0);
  if (kind == 0x49) store<u8>(src, 0x69, 1);
  if (kind == 0x55) mix(load<u64>(block));
  if (kind == 0x4d) arenaAlloc(1 << 22);
  if (kind == 0x52) report.fault = FAULT_ROW;
  return kind == 0x58 ? 99 : 0;
}

/** Bytes of a text; longer ones are cut off. */
const MAX_TEXT: u32 = 252;
const TEXT: usize = memory.data(256, 4);

function textOf(kind: i32, status: i32): string {
  if (status >= 350 && status < 370) return tokenizerErrorText(status);
  if (kind != 1 && status >= 190 && status < 200) return resizeErrorText(status, plan.profile);
  if (kind == 0) return imageErrorText(status);
  return kind == 1 || (status >= 20 && status < 30) ? jsonErrorText(status) : cardErrorText(status);
}

/** The text of a status, of the kind that a target speaks: 0 image, 1 JSON, 2 card. Address of {length, bytes}. */
export function fuzzText(kind: i32, status: i32): usize {
  asciiOpen(textOf(kind, status));
  let length: u32 = 0;
  for (let byte = asciiNext(); byte != 0 && length < MAX_TEXT; byte = asciiNext()) {
    store<u8>(TEXT + 4 + <usize>length, byte);
    length++;
  }
  store<u32>(TEXT, length);
  return TEXT;
}
