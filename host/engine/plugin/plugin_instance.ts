/** A model whose card names a plug-in: edge_kernels.wasm, the graph, and the plug-ins in between. */
import { createHash } from 'node:crypto';
import { EdgeInferError, EXIT } from '../../errors.js';
import type { CardInput, CardOutput, CardPlugin, ModelCard } from '../../models/card.js';
import { DTYPE_BYTES } from '../../wasi-nn/tensors.js';
import { GraphHost, type NativeCall, readChecked } from '../graph_host.js';
import type { Ask, Limited, OpenModel } from '../instance.js';
import type { Answer, Job, ModelChoice, Modules, RunAnswer } from '../jobs.js';
import type { ReactorImage } from '../reactor.js';
import { type Classification, type PreprocessedTensor, readPredictions } from '../results.js';
import { inspectPlugin, type PluginSide } from './inspect.js';
import { Kernels } from './kernels.js';
import { Plugin } from './plugin.js';
import { toPredictions } from './predictions.js';

const RGB = 3;
/** Stands for the input of the card where only the output is looked at. */
const ANY_INPUT = {
  name: 'any',
  dtype: 'u8',
  layout: 'NHWC',
  shape: [1, 1, 1, RGB],
  color: 'RGB',
  resize: { profile: 'pillow', filter: 'nearest', size: [1, 1] },
};

/** Stands for the output where only the input is looked at. */
const NO_OUTPUT = { name: 'none', dtype: 'u8', kind: 'raw', labels: 'none' };

type PictureJob = Extract<Job, { form: unknown }>;

const first = <T>(value: T | T[]): T => (Array.isArray(value) ? (value[0] as T) : value);

export class PluginInstance implements OpenModel {
  readonly #card: ModelCard;
  readonly #input: CardInput;
  readonly #output: CardOutput;
  readonly #graphs: GraphHost;
  readonly #limited: Limited;
  /** Decodes and turns; its card, where it has one, makes RGB of other pixels. */
  readonly #pictures: Kernels;
  /** Has the card of the model: tensors without `input.plugin`, rankings without `output.plugin`. */
  readonly #model: Kernels;
  readonly #pre: Plugin | undefined;
  readonly #post: Plugin | undefined;
  readonly #labels: readonly string[];

  private constructor(
    model: ModelChoice,
    card: ModelCard,
    kernels: Modules['core'],
    native: NativeCall,
    limited: Limited,
  ) {
    this.#card = card;
    this.#input = first(card.input);
    this.#output = first(card.output);
    this.#limited = limited;
    this.#graphs = new GraphHost(model, native);
    const { plugin: input, ...ownInput } = this.#input;
    const { plugin: output, ...ownOutput } = this.#output;
    const open = (plugin: CardPlugin | undefined, side: PluginSide) =>
      plugin && new Plugin(inspectPlugin(readChecked(model.root, plugin), side, plugin), plugin, kernels);
    this.#pre = open(input, 'preprocess');
    this.#post = open(output, 'postprocess');
    const labels = labelsOf(model.root, card, this.#output);
    this.#labels = new TextDecoder().decode(labels).replace(/\n$/, '').split(/\r?\n/);
    this.#pictures = new Kernels(kernels);
    this.#model = new Kernels(kernels);
    const known = {
      ...card,
      input: input === undefined ? ownInput : ANY_INPUT,
      output: output === undefined ? ownOutput : NO_OUTPUT,
    };
    this.#model.openCard(known, labels);
  }

  /**
   * Opens a model. Its graph is loaded and runs once on zeros; its plug-ins run with the first picture, as their time is
   * limited then.
   *
   * @throws EdgeInferError `PLUGIN_REFUSED` (exit 7), `PLUGIN_TASK` (exit 4); as {@link Instance.open}
   */
  static open(modules: Modules, model: ModelChoice, native: NativeCall, limited: Limited): PluginInstance {
    const { pluginCard: card } = model;
    if (card === undefined || modules.kernels === undefined) throw new Error('no plug-in, or no kernels');
    if (card.task !== 'classify') {
      throw new EdgeInferError({
        code: 'PLUGIN_TASK',
        message: `plug-ins are for models that classify, ${card.name} is for ${card.task}`,
        hint: 'use engine.run with tensors of your own',
        exitCode: EXIT.model,
      });
    }
    const instance = new PluginInstance(model, card, modules.kernels, native, limited);
    if (model.preload) {
      instance.#graphs.load();
      instance.#graphs.runOnZeros();
    }
    return instance;
  }

  get memoryBytes(): number {
    const plugins = (this.#pre?.memoryBytes ?? 0) + (this.#post?.memoryBytes ?? 0);
    return this.#pictures.memoryBytes + this.#model.memoryBytes + plugins;
  }

  async run(job: Job, ask: Ask): Promise<Answer | undefined> {
    switch (job.kind) {
      case 'preprocess':
        return this.#tensorOf(job);
      case 'run':
        return this.#graphs.run(job.inputs, job.parts);
      case 'classify':
        return await this.#classify(job, ask);
      default:
        throw new EdgeInferError({
          code: 'MODEL_TASK',
          message: `the model is for ${this.#card.task}, not for ${job.kind}`,
          hint: 'use engine.classify',
          exitCode: EXIT.model,
        });
    }
  }

  close(): void {
    this.#graphs.graph?.close();
  }

  async #classify(job: Extract<Job, { kind: 'classify' }>, ask: Ask): Promise<Classification | undefined> {
    const began = performance.now();
    const tensor = this.#tensorOf(job);
    const { data, shape, input_sha256 } = tensor;
    if (job.asking?.tensor && (await ask({ input_sha256, timings: tensor.timings }))) return undefined;
    const graphBegan = performance.now();
    const answer = this.#graphs.run(
      [{ name: this.#input.name, dtype: this.#input.dtype, dims: shape }],
      [data],
    );
    const infer = performance.now() - graphBegan;
    const rankBegan = performance.now();
    const predictions = this.#rank(answer, job);
    const { decode, preprocess } = tensor.timings;
    const { encoding = '', precision = '' } = this.#graphs.loaded ?? {};
    return {
      predictions,
      latency_ms: performance.now() - began,
      timings: { decode, preprocess, infer, postprocess: performance.now() - rankBegan },
      model_version: this.#card.version,
      runtime: 'node',
      graph: { encoding, precision, provider: this.#graphs.graph?.provider.actual ?? 'unknown' },
      input_sha256,
    };
  }

  #tensorOf({ parts, form }: PictureJob): PreprocessedTensor {
    const image: ReactorImage = { ...form, bytes: parts[0] ?? new Uint8Array() };
    const { dtype, shape } = this.#input;
    if (dtype === 'i32' || dtype === 'i64') {
      throw new EdgeInferError({
        code: 'MODEL_CARD_INVALID',
        message: `no tensor of ${dtype} is made of pictures (${this.#card.name})`,
        hint: 'use engine.run with tensors of your own',
        exitCode: EXIT.model,
      });
    }
    const began = performance.now();
    const plugin = this.#pre;
    let data: Uint8Array<ArrayBuffer>;
    let decode = 0;
    if (plugin === undefined) data = this.#model.preprocess(image).slice();
    else {
      const { bytes, width, height } = this.#rgb(image);
      decode = performance.now() - began;
      const size = shape.reduce((product, side) => product * side, DTYPE_BYTES[dtype]);
      data = this.#limited(plugin.limitMs, () => plugin.preprocess(bytes, width, height, size));
    }
    const input_sha256 = createHash('sha256').update(data).digest('hex');
    const preprocess = performance.now() - began - decode;
    return { dtype, shape: [...shape], data, input_sha256, timings: { decode, preprocess } };
  }

  /** Upright RGB pixels of any picture. */
  #rgb(image: ReactorImage): Pick<ReactorImage, 'bytes' | 'width' | 'height'> {
    const raw = image.layout === 0 ? this.#decoded(image.bytes) : image;
    if (raw.layout === RGB) return raw;
    const { width, height } = raw;
    const bytes = raw.bytes.slice();
    this.#pictures.openCard({
      ...this.#card,
      input: {
        ...ANY_INPUT,
        shape: [1, height, width, RGB],
        alpha: this.#input.alpha ?? 'drop',
        resize: { ...ANY_INPUT.resize, size: [height, width] },
      },
      output: NO_OUTPUT,
    });
    return { bytes: this.#pictures.preprocess({ bytes, width, height, layout: raw.layout }), width, height };
  }

  #decoded(file: Uint8Array): ReactorImage {
    const { channels: layout, ...rest } = this.#pictures.decode(file, this.#input.orientation === 'stored');
    return { ...rest, layout };
  }

  #rank(answer: RunAnswer, job: Extract<Job, { kind: 'classify' }>) {
    const plugin = this.#post;
    if (plugin === undefined) {
      const named = answer.outputs.findIndex(({ name }) => name === this.#output.name);
      const output = answer.parts[Math.max(0, named)] ?? new Uint8Array();
      return readPredictions(this.#model.rank(output, job.top, job.threshold));
    }
    const said = this.#limited(plugin.limitMs, () => plugin.postprocess(answer, job.top, job.threshold));
    return toPredictions(said, this.#labels, job, this.#output.plugin as CardPlugin);
  }
}

/** Bytes of the labels file, checked against its hash; none when the card names none. */
function labelsOf(root: string, card: ModelCard, { labels }: CardOutput): Uint8Array {
  if (labels === undefined) return new Uint8Array();
  const file = card.files?.find(({ path }) => path === labels);
  if (file !== undefined) return readChecked(root, file);
  throw new EdgeInferError({
    code: 'MODEL_CARD_INVALID',
    message: `the labels file is not listed in files of the model card (${labels})`,
    hint: 'add it with its SHA-256',
    exitCode: EXIT.model,
  });
}
