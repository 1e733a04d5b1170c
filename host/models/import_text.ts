/** A Hugging Face folder with an ONNX model for texts becomes a package: BERT, DistilBERT, RoBERTa, sentence-transformers. */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EdgeInferError, EXIT, messageOf } from '../errors.js';
import { readTokenizerFiles, readTokenizerFolder, TOKENIZER_FILES } from '../text/tokenizer_files.js';
import { onnxBackend } from '../wasi-nn/index.js';
import type { TensorSpec } from '../wasi-nn/tensors.js';
import type { CardDtype, CardFile, CardGraph, CardInput, CardOutput, CardText, ModelCard } from './card.js';
import { loadPackage, type ModelPackage } from './package.js';

/** ONNX files of a Hugging Face folder, and what they are; the first that is there is the default. */
const GRAPHS: readonly (readonly [file: string, precision: string])[] = [
  ['model.onnx', 'fp32'],
  ['onnx/model.onnx', 'fp32'],
  ['model_quantized.onnx', 'int8'],
  ['onnx/model_quantized.onnx', 'int8'],
];
const ROLES = ['input_ids', 'attention_mask', 'token_type_ids'] as const;
/** Most tokens where the folder does not say. */
const MOST = 512;

type Json = Readonly<Record<string, unknown>>;

function refused(folder: string, why: string, hint?: string): EdgeInferError {
  return new EdgeInferError({
    code: 'IMPORT_REFUSED',
    message: `cannot import the folder (${folder}): ${why}`,
    hint,
    exitCode: EXIT.model,
  });
}

/** A JSON object of the folder; empty when there is none. */
function readJson(folder: string, file: string): Json {
  const full = path.join(folder, file);
  if (!existsSync(full)) return {};
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(full, 'utf8'));
  } catch (cause) {
    throw refused(folder, `${file} is not JSON: ${messageOf(cause)}`);
  }
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

const wholeNumber = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 2 ** 20 ? value : undefined;

/** Labels in the order of their classes. */
function labelsOf(folder: string, config: Json): string[] | undefined {
  const { id2label } = config;
  if (typeof id2label !== 'object' || id2label === null) return undefined;
  const entries = Object.entries(id2label);
  return entries.map((_, id) => {
    const label = (id2label as Json)[id];
    if (typeof label !== 'string' || /[\r\n]/.test(label))
      throw refused(folder, `id2label has no label for class ${id}`);
    return label;
  });
}

/** What sentence-transformers does with the vectors of the tokens. */
function poolingOf(folder: string): Pick<CardText, 'pooling' | 'normalize'> {
  const modules = Object.values(readJson(folder, 'modules.json')) as Json[];
  const normalize = modules.some(({ type }) => String(type).endsWith('Normalize'));
  const pooling = readJson(folder, '1_Pooling/config.json');
  const asked = Object.keys(pooling).filter(
    (name) => name.startsWith('pooling_mode_') && pooling[name] === true,
  );
  if (asked.length === 0 || asked.join() === 'pooling_mode_mean_tokens')
    return { pooling: 'mean', normalize };
  if (asked.join() === 'pooling_mode_cls_token') return { pooling: 'cls', normalize };
  throw refused(
    folder,
    `its pooling is ${asked.join(' and ')}`,
    'use a model with the mean of the tokens or the first one',
  );
}

/** Inputs and outputs that the graph declares. */
function inspect(
  folder: string,
  file: string,
): { inputs: readonly TensorSpec[]; outputs: readonly TensorSpec[] } {
  try {
    const graph = onnxBackend().load([readFileSync(path.join(folder, file))], {
      target: 'cpu',
      strictTarget: false,
    });
    const { inputs, outputs } = graph;
    graph.close();
    return { inputs, outputs };
  } catch (cause) {
    throw refused(folder, `${file} does not load: ${messageOf(cause)}`);
  }
}

function inputsOf(folder: string, specs: readonly TensorSpec[], length: number): CardInput[] {
  return specs.map(({ name, dtype }) => {
    if (!(ROLES as readonly string[]).includes(name))
      throw refused(folder, `the graph has an input '${name}'`);
    if (dtype !== 'i64' && dtype !== 'i32') throw refused(folder, `the graph's input '${name}' is ${dtype}`);
    return { name, dtype, shape: [1, length] };
  });
}

/** The output that is read, and how. */
function outputOf(
  folder: string,
  specs: readonly TensorSpec[],
  labels: readonly string[] | undefined,
): { output: CardOutput; text: Pick<CardText, 'pooling' | 'normalize'> } {
  const named = (...names: string[]) => specs.find(({ name }) => names.includes(name));
  const dtypeOf = ({ dtype }: TensorSpec) => (dtype ?? 'f32') as CardDtype;
  const logits = named('logits');
  if (logits !== undefined && labels !== undefined) {
    const output: CardOutput = {
      name: logits.name,
      dtype: dtypeOf(logits),
      kind: 'logits',
      labels: 'labels.txt',
    };
    return { output, text: { pooling: 'none', normalize: false } };
  }
  const tokens = named('last_hidden_state', 'token_embeddings');
  const whole = tokens ?? named('sentence_embedding', 'pooler_output');
  if (whole === undefined)
    throw refused(folder, `the graph has neither logits nor vectors: ${specs.map(({ name }) => name)}`);
  const text = poolingOf(folder);
  const output: CardOutput = { name: whole.name, dtype: dtypeOf(whole), kind: 'embedding' };
  return { output, text: tokens === undefined ? { ...text, pooling: 'none' } : text };
}

function longest(folder: string, config: Json): number {
  const settings = readJson(folder, 'tokenizer_config.json');
  const sentences = readJson(folder, 'sentence_bert_config.json');
  const positions = wholeNumber(config.max_position_embeddings);
  // RoBERTa counts places from behind the padding's id on.
  const offset = config.model_type === 'roberta' ? 2 : 0;
  const limits = [
    positions === undefined ? undefined : positions - offset,
    wholeNumber(settings.model_max_length),
  ];
  return wholeNumber(sentences.max_seq_length) ?? Math.min(...limits.map((limit) => limit ?? MOST), MOST);
}

/** Copies files to the package; their rows of the card. */
class Copier {
  readonly files = new Map<string, CardFile>();

  constructor(
    readonly from: string,
    readonly to: string,
  ) {}

  copy(file: string): CardFile {
    mkdirSync(path.dirname(path.join(this.to, file)), { recursive: true });
    copyFileSync(path.join(this.from, file), path.join(this.to, file));
    return this.#row(file);
  }

  write(file: string, text: string): CardFile {
    writeFileSync(path.join(this.to, file), text);
    return this.#row(file);
  }

  #row(file: string): CardFile {
    const bytes = readFileSync(path.join(this.to, file));
    return { path: file, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
  }
}

/**
 * Makes a package of a folder as Hugging Face has them: config.json, a tokenizer, model.onnx or onnx/model.onnx (with
 * model_quantized.onnx beside it); of sentence-transformers also modules.json and 1_Pooling.
 *
 * @param out folder to make; it must not exist
 * @throws EdgeInferError `IMPORT_REFUSED`, `TOKENIZER_INVALID`, `TOKENIZER_UNSUPPORTED` (exit 4); `OUTPUT_EXISTS` (exit 2)
 */
export function importTextModel(folder: string, out: string): ModelPackage {
  const root = path.resolve(out);
  if (existsSync(root)) {
    throw new EdgeInferError({
      code: 'OUTPUT_EXISTS',
      message: `the folder is there already (${out})`,
      hint: 'name another one, or remove it',
      exitCode: EXIT.usage,
    });
  }
  if (!existsSync(path.join(folder, 'config.json'))) throw refused(folder, 'it has no config.json');
  const config = readJson(folder, 'config.json');
  const graphs = GRAPHS.filter(([file]) => existsSync(path.join(folder, file)));
  const [first] = graphs;
  if (first === undefined) {
    throw refused(folder, 'it has no model.onnx', 'export the model to ONNX: optimum-cli export onnx');
  }
  // What is wrong is said before anything is written.
  const tokenizer = readTokenizerFolder(folder);
  readTokenizerFiles(tokenizer);
  const labels = labelsOf(folder, config);
  const max_length = longest(folder, config);
  const { inputs, outputs } = inspect(folder, first[0]);
  const input = inputsOf(folder, inputs, max_length);
  const { output, text } = outputOf(folder, outputs, labels);
  const copier = new Copier(folder, root);
  mkdirSync(root, { recursive: true });
  const files = TOKENIZER_FILES.filter((name) => tokenizer[name] !== undefined);
  const others = files.map((name) => copier.copy(name));
  if (output.labels !== undefined) others.push(copier.write('labels.txt', `${labels?.join('\n')}\n`));
  const roles = Object.fromEntries(input.map(({ name }) => [name, name])) as unknown as CardText['inputs'];
  const name =
    path
      .basename(path.resolve(folder))
      .replace(/[^A-Za-z0-9._-]/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '') || 'text';
  const card: ModelCard = {
    schema: 1,
    name: name.slice(0, 128),
    version: '1',
    task: 'text',
    description: `imported from a Hugging Face folder (${String(config.model_type ?? 'unknown')})`,
    input,
    output,
    text: { tokenizer: { files, max_length }, inputs: roles, ...text },
    graphs: graphs.map(
      ([file, precision]): CardGraph => ({ encoding: 'onnx', precision, files: [copier.copy(file)] }),
    ),
    files: others,
  };
  const json = `${JSON.stringify(card, null, 2)}\n`;
  writeFileSync(path.join(root, 'model.json'), json);
  return loadPackage(root);
}
