/** From the output of a graph that ran elsewhere to an answer like those of the engine. */
import type { Classification } from '../../engine/results.js';
import { badAnswer, type ServerAnswer } from './protocol.js';
import type { OutputRanking } from './ranking.js';

/** What is known of an answer beside its tensors. */
export interface AnswerFacts {
  top: number;
  input_sha256: string;
  took_ms: number;
  /** Who ran the graph. */
  provider: string;
}

/**
 * Ranks the output that the card names, or the only one.
 *
 * @throws EdgeInferError for an output that is not what the card says
 */
export function readAnswer(
  ranking: OutputRanking,
  { outputs, modelVersion }: ServerAnswer,
  { top, input_sha256, took_ms, provider }: AnswerFacts,
): Classification {
  const [expected] = [ranking.pkg.card.output].flat();
  const output = outputs[expected?.name ?? ''] ?? Object.values(outputs)[0];
  if (output === undefined) throw badAnswer('it has no output');
  if (output.dtype !== expected?.dtype) {
    throw badAnswer(`its output is of ${output.dtype}, the card says ${expected?.dtype}`);
  }
  const { data } = output;
  const began = performance.now();
  const predictions = ranking.rank(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), top);
  const postprocess = performance.now() - began;
  return {
    predictions,
    latency_ms: took_ms + postprocess,
    timings: { decode: 0, preprocess: 0, infer: took_ms, postprocess },
    model_version: modelVersion,
    runtime: 'node',
    graph: { encoding: 'open-inference-protocol', precision: output.dtype, provider },
    input_sha256,
  };
}
