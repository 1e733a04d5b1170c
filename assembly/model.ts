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
import { cardFile, cardGraph, plan } from './card/plan';
import { readCard } from './card/read';
import { encodingName } from './card/read_graphs';
import { residentGrow, residentOpen, residentReset, residentShort } from './card/resident';
import { CARD_FIELD, CARD_HASH, CARD_JSON, CARD_PATH, cardErrorText } from './card/status';
import { listedFile, verifyFile } from './card/verify';
import {
  EXIT_MODEL,
  EXIT_RUNTIME,
  EXIT_SECURITY,
  faultBegin,
  faultExit,
  faultHint,
  faultMessage,
  faultTry,
  faultWhere,
  faultWhy,
} from './fault';
import { arenaAlloc, arenaMark, arenaRelease } from './memory/arena';
import { openGraph, openNamedGraph } from './nn/graph';
import { nnDetail, nnErrorText } from './nn/status';
import { OUT_OF_MEMORY } from './status';
import { jsonErrorOffset, jsonErrorText, jsonStatus } from './text/json_reader';
import { putPlain } from './text/json_writer';
import { putU32 } from './text/numbers';
import { put, putBytes, TextWriter, writerFixed } from './text/writer';
import { wasiErrorText } from './wasi/errno';
import { fileBytes, fileLength, readFile } from './wasi/files';

const CARD_NAME: usize = memory.data<u8>([0x6d, 0x6f, 0x64, 0x65, 0x6c, 0x2e, 0x6a, 0x73, 0x6f, 0x6e]);
const CARD_NAME_LENGTH: usize = 10;
const REFUSED: usize = memory.data(768);

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
/** Graphs that were refused and why, "onnx fp32: ...; openvino fp16: ...". */
export const refusals: TextWriter = changetype<TextWriter>(memory.data(offsetof<TextWriter>()));

/** Encoding of the open graph, -1 when only the host knows it. */
export let openEncoding: i32 = -1;
/** Precision of the open graph; 0 when only the host knows it. */
export let openPrecision: usize = 0;
/** Byte length of its name. */
export let openPrecisionLength: usize = 0;

/** The fault of a host that refuses memory. */
export function faultMemory(): void {
  faultBegin(EXIT_RUNTIME, 'RUNTIME_MEMORY', 'not enough memory');
  faultWhy('the host refused to give the module more');
  faultTry('Raise the memory limit of the runtime or use a smaller input');
}

/** Opens what {@link choice} asks for; the exit code, 0 when the model is ready. */
export function openModel(): i32 {
  writerFixed(refusals, REFUSED, 768);
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
    faultBegin(EXIT_MODEL, 'MODEL_NOT_FOUND', 'cannot read the model card');
    faultWhere(path, length);
    faultWhy(wasiErrorText(status));
    faultTry('Give the folder that has model.json with --model');
    return false;
  }
  const card = readCard(fileBytes, fileLength);
  if (card != 0) return cardFault(card, path, length);
  return plan.labelsPath == 0 || residentShort() ? true : openLabels();
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

function outOfMemory(): bool {
  faultMemory();
  return false;
}

function openLabels(): bool {
  const index = listedFile(plan.labelsPath, plan.labelsPathLength);
  if (index < 0) {
    faultBegin(EXIT_MODEL, 'MODEL_CARD_INVALID', 'the labels file is not listed in files of the model card');
    faultWhere(plan.labelsPath, plan.labelsPathLength);
    faultTry('Add its path, sha256 and bytes to files');
    return false;
  }
  if (!readPackageFile(index)) return false;
  const status = readLabels(fileBytes, fileLength);
  if (status == 0) return true;
  faultBegin(EXIT_MODEL, 'MODEL_LABELS', 'cannot use the labels');
  faultWhere(plan.labelsPath, plan.labelsPathLength);
  faultWhy(cardErrorText(status));
  return false;
}

/** Reads and checks a file of the package; fileBytes and fileLength hold it. */
function readPackageFile(index: i32): bool {
  const file = cardFile(index);
  const path = joinPath(choice.folder, choice.folderLength, file.path, file.pathLength);
  if (path == 0) return outOfMemory();
  const length = joinedLength;
  const status = readFile(path, length);
  if (status == OUT_OF_MEMORY) return outOfMemory();
  if (status != 0) {
    faultBegin(EXIT_MODEL, 'MODEL_FILE', 'cannot read a file of the model');
    faultWhere(path, length);
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

function openNamed(): bool {
  openEncoding = choice.encoding;
  openPrecision = choice.precision;
  openPrecisionLength = choice.precisionLength;
  const status = openNamedGraph(choice.named, choice.namedLength);
  if (status == 0) return true;
  faultBegin(EXIT_RUNTIME, 'RUNTIME_GRAPH', 'the runtime has no graph of this name');
  faultWhere(choice.named, choice.namedLength);
  faultWhy(nnErrorText(status));
  putDetail(faultMessage);
  faultTry('Name the graph to the runtime when it starts, or leave --graph out');
  return false;
}

/** Adds the backend's own words, if it has any. */
export function putDetail(w: TextWriter): void {
  if (nnDetail.used == 0) return;
  put(w, ' [');
  putPlain(w, nnDetail.start, nnDetail.used);
  put(w, ']');
}

function openFirst(): bool {
  let tried = 0;
  let byRuntime = false;
  for (let i = 0; i < plan.graphCount; i++) {
    const graph = cardGraph(i);
    if (choice.encoding >= 0 && graph.encoding != choice.encoding) continue;
    if (choice.precision != 0) {
      if (graph.precisionLength != choice.precisionLength) continue;
      if (memory.compare(graph.precision, choice.precision, choice.precisionLength) != 0) continue;
    }
    tried++;
    const status = openPackageGraph(i);
    if (status == 0) return true;
    if (status < 0 && faultExit != EXIT_MODEL) return false;
    if (status > 0) byRuntime = true;
    refuse(i, status);
  }
  if (tried == 0) {
    faultBegin(EXIT_MODEL, 'MODEL_NO_GRAPH', 'the model has no graph of the wanted encoding and precision');
    faultWhere(plan.name, plan.nameLength);
    listGraphs();
    return false;
  }
  faultBegin(
    byRuntime ? EXIT_RUNTIME : EXIT_MODEL,
    byRuntime ? 'RUNTIME_NO_BACKEND' : 'MODEL_FILE',
    byRuntime ? 'the runtime takes no graph of the model' : 'no graph of the model can be read',
  );
  faultWhere(plan.name, plan.nameLength);
  put(faultMessage, ': ');
  putPlain(faultMessage, refusals.start, refusals.used);
  faultTry(
    byRuntime ? 'Use a runtime with a WASI-NN backend for one of these encodings' : 'Fetch the model package again',
  );
  return false;
}

function listGraphs(): void {
  faultTry('It has');
  for (let i = 0; i < plan.graphCount; i++) {
    put(faultHint, i == 0 ? ' ' : ', ');
    put(faultHint, encodingName(cardGraph(i).encoding));
    put(faultHint, ' ');
    putPlain(faultHint, cardGraph(i).precision, cardGraph(i).precisionLength);
  }
}

/** 0 when open, a status of nn, or -1 with a fault set. */
function openPackageGraph(index: i32): i32 {
  const graph = cardGraph(index);
  const mark = arenaMark();
  const builders = arenaAlloc((<usize>graph.fileCount) << 3);
  if (builders == 0) {
    faultMemory();
    return -1;
  }
  // An encoding that no runtime may be given is refused before its files are read.
  let status = graph.encoding > 4 ? openGraph(graph.encoding, builders, 0, 0) : 0;
  for (let i = 0; i < graph.fileCount && status == 0; i++) {
    if (!readPackageFile(graph.firstFile + i)) {
      arenaRelease(mark);
      return -1;
    }
    const row = builders + ((<usize>i) << 3);
    store<usize>(row, fileBytes);
    store<usize>(row, fileLength, 4);
  }
  if (status == 0) status = openGraph(graph.encoding, builders, graph.fileCount, choice.target);
  arenaRelease(mark);
  openEncoding = graph.encoding;
  openPrecision = graph.precision;
  openPrecisionLength = graph.precisionLength;
  return status;
}

function refuse(index: i32, status: i32): void {
  const graph = cardGraph(index);
  if (refusals.used > 0) put(refusals, '; ');
  put(refusals, encodingName(graph.encoding));
  put(refusals, ' ');
  putPlain(refusals, graph.precision, graph.precisionLength);
  put(refusals, ': ');
  if (status > 0) {
    put(refusals, nnErrorText(status));
    putDetail(refusals);
  } else putPlain(refusals, faultMessage.start, faultMessage.used);
}
