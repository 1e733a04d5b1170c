/** The two parts of a model: the first one here, the second one there, or here too. */
import type { Engine } from '../../engine/engine.js';
import type { ImageSource } from '../../engine/sources.js';
import type { Tensor } from '../../engine/tensors.js';
import { EdgeInferError, EXIT } from '../../errors.js';
import type { CardInput, CardOutput } from '../../models/card.js';
import { LatencyEstimate } from '../latency_estimate.js';
import { type PackedFeatures, packedBytes, packFeatures } from './features.js';

/** Engines of the parts and the names of their tensors. */
export interface SplitParts {
  head: { engine: Engine; input: CardInput; output: CardOutput };
  tail: { engine: Engine; input: CardInput; output: CardOutput } | undefined;
  /** Name of the second part on the server. */
  model: string;
  precision: PackedFeatures['precision'];
}

/** What the first part makes of a picture. */
export interface Features {
  values: Tensor;
  input_sha256: string;
  took_ms: number;
}

function lacks(name: string, part: string): EdgeInferError {
  return new EdgeInferError({
    code: 'MODEL_SPLIT',
    message: `the ${part} part of the model gave no tensor ${name}`,
    hint: "compare the outputs of the graph with the part's card",
    exitCode: EXIT.model,
  });
}

/** Runs the parts, and learns how long they take and how large the features are. */
export class SplitModel {
  readonly parts: SplitParts;
  readonly #headLatency = new LatencyEstimate();
  readonly #tailLatency = new LatencyEstimate();
  #count: number | undefined;

  constructor(parts: SplitParts) {
    this.parts = parts;
    const { shape } = parts.head.output;
    this.#count = shape?.reduce((product, side) => product * side, 1);
  }

  /** Bytes of the features on the network; undefined before the first ones when the card does not tell. */
  get bytes(): number | undefined {
    return this.#count === undefined ? undefined : packedBytes(this.#count, this.parts.precision);
  }

  /** Milliseconds of the first part. */
  get head_ms(): number {
    return this.#headLatency.quantile(0.5);
  }

  /** Milliseconds of the second part here. */
  get tail_ms(): number {
    return this.#tailLatency.quantile(0.5);
  }

  async features(source: ImageSource, signal: AbortSignal): Promise<Features> {
    const { engine, input, output } = this.parts.head;
    const began = performance.now();
    const tensor = await engine.preprocess(source, { signal });
    const fed = { dtype: tensor.dtype, shape: tensor.shape, data: tensor.data };
    const values = (await engine.run({ [input.name]: fed }, { signal }))[output.name];
    if (values === undefined || values.dtype !== 'f32') throw lacks(output.name, 'first');
    const took_ms = performance.now() - began;
    this.#headLatency.add(took_ms, performance.now());
    this.#count = values.data.length;
    return { values, input_sha256: tensor.input_sha256, took_ms };
  }

  /** Features ready for the server. */
  pack({ values }: Features, name: string): PackedFeatures {
    return packFeatures(name, values.data as Float32Array, values.shape, this.parts.precision);
  }

  /** Output of the second part, run here. */
  async finish({ values }: Features, signal: AbortSignal): Promise<Tensor> {
    const { tail } = this.parts;
    if (tail === undefined) throw lacks('at all, as it is not here', 'second');
    const began = performance.now();
    const output = (await tail.engine.run({ [tail.input.name]: values }, { signal }))[tail.output.name];
    if (output === undefined) throw lacks(tail.output.name, 'second');
    this.#tailLatency.add(performance.now() - began, performance.now());
    return output;
  }

  async close(abort: boolean): Promise<void> {
    const { head, tail } = this.parts;
    await Promise.all([head.engine.close({ abort }), tail?.engine.close({ abort })]);
  }
}
