/**
 * Features in, scores out, for models of the task `raw` whose features are made elsewhere: sound, vibration, sensors.
 * Quantisation is the card's.
 */
import { readFileSync } from 'node:fs';
import { EdgeInferError, EXIT } from '../errors.js';
import type { CardInput, CardOutput, Quant } from '../models/card.js';
import { type ModelPackage, resolvePackageFile } from '../models/package.js';
import type { Prediction } from './results.js';
import type { Tensor, TensorData, Tensors } from './tensors.js';

/** One vector of features: real numbers, which are quantised as the card says, or the numbers that the graph takes. */
export type Features = Float32Array | Int8Array | Uint8Array;

/** What a model says of features. */
export interface Score {
  /** The first output as real numbers. */
  scores: Float32Array<ArrayBuffer>;
  /** Classes, the best first; empty for outputs that are no classes. */
  predictions: Prediction[];
  /**
   * Where the card says `"score": "reconstruction_error"`: the mean of the squared differences between features and output,
   * both as real numbers, as MLPerf Tiny has it for anomaly detection. The greater, the less the features are like those
   * of the training.
   */
  reconstruction_error?: number;
}

interface Affine {
  scale: number;
  zero: number;
}

function affineOf(quant: Quant | undefined): Affine {
  const scale = [quant?.scale ?? 1].flat();
  const zero = [quant?.zero_point ?? 0].flat();
  if (scale.length > 1 || zero.length > 1) throw misfit('quantisation for each channel is not known here');
  return { scale: Math.fround(scale[0] ?? 1), zero: zero[0] ?? 0 };
}

function misfit(why: string): EdgeInferError {
  return new EdgeInferError({
    code: 'MODEL_TASK',
    message: `the model cannot score features: ${why}`,
    hint: 'score is for models with one input and one output of f32, i8 or u8',
    exitCode: EXIT.model,
  });
}

/** f32 -> stored: clamp(round_half_even(x / scale) + zero), as kernels/quantize has it. */
function quantized(values: Float32Array, { scale, zero }: Affine, signed: boolean): Int8Array | Uint8Array {
  const low = signed ? -128 : 0;
  const stored = values.map((x) => {
    const steps = Math.fround(x / scale);
    const floor = Math.floor(steps);
    const rest = steps - floor;
    const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
    return Math.min(low + 255, Math.max(low, (Number.isNaN(rounded) ? 0 : rounded) + zero));
  });
  return signed ? Int8Array.from(stored) : Uint8Array.from(stored);
}

function dequantized(stored: TensorData, { scale, zero }: Affine): Float32Array<ArrayBuffer> {
  return Float32Array.from(stored as Int8Array, (value) => Math.fround(value - zero) * scale);
}

/** Turns features into tensors of a model's graph, and its outputs into scores. */
export class Scorer {
  readonly #input: CardInput;
  readonly #output: CardOutput;
  readonly #labels: readonly string[];
  readonly #rebuilds: boolean;

  /** @throws EdgeInferError `MODEL_TASK` (exit 4) for a model that takes or gives something else */
  constructor({ card, root }: ModelPackage) {
    const [inputs, outputs] = [[card.input].flat(), [card.output].flat()];
    const [input, output] = [inputs[0], outputs[0]];
    if (card.task !== 'raw' || input === undefined || output === undefined)
      throw misfit(`its task is ${card.task}`);
    if (inputs.length > 1) throw misfit(`it has ${inputs.length} inputs`);
    this.#input = input;
    this.#output = output;
    this.#rebuilds = card.score === 'reconstruction_error';
    const file = output.labels;
    const text = file === undefined ? '' : readFileSync(resolvePackageFile(root, file), 'utf8');
    this.#labels = text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
  }

  /** @throws EdgeInferError `INPUT_TENSOR` (exit 3) */
  tensors(features: Features): Tensors {
    const { name, dtype, shape, quant } = this.#input;
    const count = shape.reduce((product, side) => product * side, 1);
    if (features.length !== count) {
      throw new EdgeInferError({
        code: 'INPUT_TENSOR',
        message: `the model takes ${count} features (${shape.join(' x ')}), not ${features.length}`,
        hint: 'give one vector of features, or several one by one',
        exitCode: EXIT.input,
      });
    }
    const real = features instanceof Float32Array;
    const stores = dtype === 'i8' || dtype === 'u8';
    if (!stores && dtype !== 'f32') throw misfit(`its input is ${dtype}`);
    if (!real && features instanceof Int8Array !== (dtype === 'i8')) {
      throw new EdgeInferError({
        code: 'INPUT_TENSOR',
        message: `the model takes f32 or ${dtype} features`,
        hint: 'give real numbers, which are quantised as the card says',
        exitCode: EXIT.input,
      });
    }
    const data = real && stores ? quantized(features, affineOf(quant), dtype === 'i8') : features;
    return { [name]: { dtype, shape, data } };
  }

  /** The score of features whose output these tensors are. */
  read(features: Features, tensors: Tensors): Score {
    const output: Tensor | undefined = tensors[this.#output.name] ?? Object.values(tensors)[0];
    if (output === undefined) throw misfit('it gives no output');
    const stored = output.dtype === 'i8' || output.dtype === 'u8';
    if (!stored && output.dtype !== 'f32') throw misfit(`its output is ${output.dtype}`);
    const scores = stored
      ? dequantized(output.data, affineOf(this.#output.quant))
      : Float32Array.from(output.data as Float32Array);
    const score: Score = { scores, predictions: this.#rank(scores) };
    if (!this.#rebuilds) return score;
    const real =
      features instanceof Float32Array ? features : dequantized(features, affineOf(this.#input.quant));
    let sum = 0;
    for (const [i, value] of real.entries()) sum += Math.fround(value - (scores[i] ?? 0)) ** 2;
    return { ...score, reconstruction_error: sum / real.length };
  }

  #rank(scores: Float32Array): Prediction[] {
    const { kind, class_offset: offset = 0 } = this.#output;
    if (kind !== 'logits' && kind !== 'probabilities') return [];
    const top = Math.max(...scores);
    const sum = scores.reduce((total, x) => total + Math.exp(x - top), 0);
    const shares = kind === 'logits' ? scores.map((x) => Math.exp(x - top) / sum) : scores;
    return Array.from(shares.subarray(offset), (confidence, class_id) => ({
      class_id,
      label: this.#labels[class_id] ?? '',
      confidence,
    })).sort((a, b) => b.confidence - a.confidence || a.class_id - b.class_id);
  }
}
