/**
 * The lists `graphs` and `files` of a card -> tables of {@link plan}.
 */

import {
  JSON_OBJECT,
  JSON_STRING,
  jsonCount,
  jsonFirst,
  jsonMember,
  jsonNext,
  jsonText,
  jsonTextLength,
  jsonType,
} from '../text/json_node';
import {
  cardAt,
  cardFail,
  cardWrong,
  cardStatus,
  fieldArray,
  fieldInteger,
  fieldString,
  fieldWord,
  keepText,
  keptLength,
  REQUIRED,
} from './fields';
import { pathStaysInside } from './paths';
import { CardFile, cardFile, cardGraph, MAX_FILES, MAX_GRAPHS, plan } from './plan';
import { CARD_PATH } from './status';

/** Encodings in the numbering that WASI-NN shares for 0..4; from 5 on no runtime agrees with another. */
export const ENCODINGS: string = 'openvino onnx tensorflow pytorch tensorflowlite ggml';

/** Name of an encoding. */
export function encodingName(encoding: i32): string {
  if (encoding == 0) return 'openvino';
  if (encoding == 1) return 'onnx';
  if (encoding == 2) return 'tensorflow';
  if (encoding == 3) return 'pytorch';
  if (encoding == 4) return 'tensorflowlite';
  return 'ggml';
}

/** Reads `graphs`. */
export function readGraphs(graphs: usize): void {
  const count = jsonCount(graphs);
  if (count < 1 || count > MAX_GRAPHS) {
    cardWrong('', 'graphs', 'must be an array of 1 to 16 graphs');
    return;
  }
  let node = jsonFirst(graphs);
  // count <= MAX_GRAPHS: every row lies inside the table.
  for (let i = 0; i < count && cardStatus == 0; i++) {
    cardAt(i, -1);
    const graph = cardGraph(i);
    if (jsonType(node) != JSON_OBJECT) cardWrong('', '', 'must be an object');
    graph.encoding = fieldWord(node, '', 'encoding', ENCODINGS, REQUIRED);
    const precision = fieldString(node, '', 'precision', true);
    graph.precision = keepText(precision);
    graph.precisionLength = keptLength(precision);
    graph.firstFile = plan.fileCount;
    const files = fieldArray(node, '', 'files', true);
    if (jsonCount(files) < 1) cardWrong('', 'files', 'must name at least one file');
    readFileList(files, i);
    graph.fileCount = plan.fileCount - graph.firstFile;
    plan.graphCount++;
    node = jsonNext(node);
  }
  cardAt(-1, -1);
}

/** Reads the card's own `files` (0: there are none). */
export function readFiles(files: usize): void {
  readFileList(files, -1);
}

function readFileList(files: usize, graph: i32): void {
  let node = jsonFirst(files);
  for (let i = 0; node != 0 && cardStatus == 0; i++) {
    cardAt(graph, i);
    if (plan.fileCount >= MAX_FILES) {
      cardWrong('', '', 'is one too many: a card has at most 64 files');
      return;
    }
    if (jsonType(node) != JSON_OBJECT) cardWrong('', '', 'must be an object');
    const file = cardFile(plan.fileCount);
    const path = fieldString(node, '', 'path', true);
    if (path != 0 && !pathStaysInside(jsonText(path), jsonTextLength(path))) {
      cardFail(CARD_PATH, '', 'path', 'must be a path inside the package');
    }
    file.path = path == 0 ? 0 : jsonText(path);
    file.pathLength = keptLength(path);
    file.bytes = <u64>fieldInteger(node, '', 'bytes', 0, 0x7fffffff, REQUIRED);
    const hash = jsonMember(node, 'sha256');
    if (cardStatus == 0 && !readHash(hash, changetype<usize>(file) + offsetof<CardFile>('sha0'))) {
      cardWrong('', 'sha256', hash == 0 ? 'is missing' : 'must be 64 hexadecimal digits');
    }
    plan.fileCount++;
    node = jsonNext(node);
  }
  cardAt(graph, -1);
}

/** 64 hexadecimal digits -> 32 bytes at `to`. */
function readHash(node: usize, to: usize): bool {
  if (jsonType(node) != JSON_STRING || jsonTextLength(node) != 64) return false;
  const from = jsonText(node);
  for (let i: usize = 0; i < 64; i++) {
    const byte = <i32>load<u8>(from + i);
    const lower = byte | 0x20;
    let digit = byte - 0x30;
    if (lower >= 0x61 && lower <= 0x66) digit = lower - 0x57;
    else if (digit < 0 || digit > 9) return false;
    const place = to + (i >> 1);
    store<u8>(place, (i & 1) == 0 ? digit << 4 : <i32>load<u8>(place) | digit);
  }
  return true;
}
