/**
 * Opening the graph of a model: the first of the card that the runtime takes, or one that the host has by name.
 */

import { cardGraph, plan } from './card/plan';
import { encodingName } from './card/read_graphs';
import {
  EXIT_MODEL,
  EXIT_RUNTIME,
  faultBegin,
  faultExit,
  faultHint,
  faultMessage,
  faultModel,
  faultTry,
  faultWhere,
  faultWhy,
} from './fault';
import { arenaAlloc, arenaMark, arenaRelease } from './memory/arena';
import { openGraph, openNamedGraph } from './nn/graph';
import { nnDetail, nnErrorText } from './nn/status';
import { choice, faultMemory, readPackageFile } from './package';
import { putPlain } from './text/json_writer';
import { put, TextWriter, writerFixed } from './text/writer';
import { fileBytes, fileLength } from './wasi/files';

const REFUSED: usize = memory.data(768);

/** Graphs that were refused and why, "onnx fp32: ...; openvino fp16: ...". */
export const refusals: TextWriter = changetype<TextWriter>(memory.data(offsetof<TextWriter>()));

/** Encoding of the open graph, -1 when only the host knows it. */
export let openEncoding: i32 = -1;
/** Precision of the open graph; 0 when only the host knows it. */
export let openPrecision: usize = 0;
/** Byte length of its name. */
export let openPrecisionLength: usize = 0;

/** Forgets former refusals. */
export function clearRefusals(): void {
  writerFixed(refusals, REFUSED, 768);
}

/** Opens the graph that the host has under the chosen name; false with a fault set. */
export function openNamed(): bool {
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

/** Opens the first graph of the card that fits the choice and that the runtime takes; false with a fault set. */
export function openFirst(): bool {
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
    faultModel(
      'MODEL_NO_GRAPH',
      'the model has no graph of the wanted encoding and precision',
      plan.name,
      plan.nameLength,
    );
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
    byRuntime
      ? 'Use a runtime with a WASI-NN backend for one of these encodings'
      : 'Fetch the model package again',
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
