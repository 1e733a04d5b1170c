/** A model package over the network: card, labels and one ONNX graph, each file checked before it is used. */
import { EdgeInferError, EXIT, messageOf } from '../errors.js';
import type { CardGraph, CardInput, CardOutput, ModelCard } from '../models/card.js';
import { fetchBytes, fetchChecked } from './fetching.js';

/** A package that is whole and unchanged. */
export interface BrowserPackage {
  readonly card: ModelCard;
  /** Bytes of model.json, which the module reads itself. */
  readonly cardBytes: Uint8Array;
  readonly labels: Uint8Array;
  /** Of an SSD head; empty where there are none. */
  readonly priors: Uint8Array;
  readonly input: CardInput;
  /** All outputs that the card names. */
  readonly outputs: readonly CardOutput[];
  readonly graph: CardGraph;
  /** Bytes of the graph's files, in the card's order; the first one is the ONNX file. */
  readonly graphFiles: readonly Uint8Array<ArrayBuffer>[];
}

function first<T>(value: T | readonly T[]): T | undefined {
  return Array.isArray(value) ? value[0] : (value as T);
}

function cardError(url: string, why: string, cause?: unknown): EdgeInferError {
  return new EdgeInferError({
    code: 'CARD_INVALID',
    message: `invalid model card (${url}): ${why}`,
    hint: 'check the package with edge-infer models verify',
    exitCode: EXIT.model,
    cause,
  });
}

/** The card as far as this host reads it; the module checks the rest when it opens the card. */
function readCard(bytes: Uint8Array, url: string): ModelCard {
  let card: Partial<ModelCard> | null;
  try {
    card = JSON.parse(new TextDecoder().decode(bytes)) as Partial<ModelCard> | null;
  } catch (cause) {
    throw cardError(url, `not JSON: ${messageOf(cause)}`, cause);
  }
  if (card?.schema !== 1) throw cardError(url, 'schema must be 1');
  if (!Array.isArray(card.graphs)) throw cardError(url, 'graphs are missing');
  return card as ModelCard;
}

/**
 * Gets the package at an address.
 *
 * @param folder absolute, ends in a slash
 * @throws EdgeInferError `DOWNLOAD_FAILED`, `CARD_INVALID`, `MODEL_NO_GRAPH`, `MODEL_HASH_MISMATCH`
 */
export async function fetchPackage(folder: string, precision: string | undefined): Promise<BrowserPackage> {
  const url = `${folder}model.json`;
  const cardBytes = await fetchBytes(url);
  const card = readCard(cardBytes, url);
  const input = first(card.input);
  const outputs = [card.output].flat();
  if (input === undefined || outputs[0] === undefined) throw cardError(url, 'input or output is missing');
  const graph = card.graphs.find(
    (each) => each.encoding === 'onnx' && (precision === undefined || each.precision === precision),
  );
  if (graph === undefined) {
    throw new EdgeInferError({
      code: 'MODEL_NO_GRAPH',
      message: `the model has no ONNX graph${precision === undefined ? '' : ` of precision ${precision}`} (${url})`,
      hint: 'browsers run ONNX graphs only: add one to the package',
      exitCode: EXIT.model,
    });
  }
  const listed = (path: string | undefined) => {
    if (path === undefined) return new Uint8Array();
    const file = card.files?.find((each) => each.path === path);
    if (file === undefined) throw cardError(url, `${path} is not listed in files`);
    return fetchChecked(folder, file);
  };
  const [labels, priors, ...graphFiles] = await Promise.all([
    listed(outputs.find((output) => output.labels !== undefined)?.labels),
    listed(card.detect?.priors),
    ...graph.files.map((file) => fetchChecked(folder, file)),
  ]);
  return { card, cardBytes, labels, priors, input, outputs, graph, graphFiles };
}
