/**
 * A package around a detector's graph: what can be seen in the graph is seen, what cannot is asked for.
 * See docs/tasks.md for the heads.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EdgeInferError, EXIT, isSystemError, messageOf } from '../errors.js';
import { readTfliteModel } from '../wasi-nn/backends/tflite_model.js';
import { onnxBackend, type TensorSpec } from '../wasi-nn/index.js';
import type { CardDetect, CardDtype, CardFile, CardInput, CardOutput, ModelCard, Normalize } from './card.js';
import { parseCard } from './card.js';

/** What a graph does not say. */
export interface DetectorOptions {
  /** Default: the file's name. */
  name?: string | undefined;
  version?: string | undefined;
  license?: string | undefined;
  /** Labels file, one a line. */
  labels?: string | undefined;
  /** Priors of an SSD head: file of f32[boxes][4]. */
  priors?: string | undefined;
  /** Default: what the shapes of the outputs look like. */
  head?: CardDetect['head'] | undefined;
  box?: CardDetect['box'] | undefined;
  activation?: CardDetect['activation'] | undefined;
  coordinates?: CardDetect['coordinates'] | undefined;
  threshold?: number | undefined;
  iou?: number | undefined;
  /** Boxes that TFLite_Detection_PostProcess gives. Default 10. */
  boxes?: number | undefined;
  /** Classes in front that mean nothing. Default: as many scores as there are more than labels, at most 1. */
  classOffset?: number | undefined;
  color?: 'RGB' | 'BGR' | undefined;
  /** How pictures get the input's size. Default: of YOLO heads `letterbox`, else `stretch`. */
  fit?: 'stretch' | 'letterbox' | undefined;
  /** Default: of YOLO heads divide by 255; else pixels as they are. */
  normalize?: Normalize | undefined;
}

/** `max_detections` of TensorFlow's export unless told otherwise. */
const DEFAULT_BOXES = 10;

interface Graph {
  encoding: 'onnx' | 'tensorflowlite';
  inputs: readonly TensorSpec[];
  outputs: readonly TensorSpec[];
}

function unknown(why: string, hint: string): EdgeInferError {
  return new EdgeInferError({
    code: 'MODEL_UNRECOGNIZED',
    message: `cannot make a package of the graph: ${why}`,
    hint,
    exitCode: EXIT.model,
  });
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const why = isSystemError(cause) && cause.code === 'ENOENT' ? 'no such file' : messageOf(cause);
    throw new EdgeInferError({
      code: 'INPUT_UNREADABLE',
      message: `cannot read the file (${file}): ${why}`,
      hint: 'check the path',
      exitCode: EXIT.input,
      cause,
    });
  }
}

function graphOf(file: string): Graph {
  const bytes = read(file);
  if (bytes.subarray(4, 8).toString('latin1') === 'TFL3') {
    const { inputs, outputs } = readTfliteModel(bytes);
    return { encoding: 'tensorflowlite', inputs: inputs.specs, outputs: outputs.specs };
  }
  const backend = onnxBackend();
  try {
    const graph = backend.load([bytes], { target: 'cpu', strictTarget: false });
    const { inputs, outputs } = graph;
    graph.close();
    return { encoding: 'onnx', inputs, outputs };
  } catch (cause) {
    throw unknown(messageOf(cause), 'give an ONNX or TFLite file');
  } finally {
    backend.close?.();
  }
}

/** Shape without free dimensions: a free first one is 1. */
function fixedShape({ name, shape }: TensorSpec): number[] {
  const fixed = shape?.map((side, i) => (side === -1 && i === 0 ? 1 : side)) ?? [];
  if (fixed.length > 0 && fixed.every((side) => side > 0)) return fixed;
  throw unknown(`'${name}' has free dimensions`, 'export the graph with a fixed input size');
}

/** TFLite files do not say the shapes of the outputs of TFLite_Detection_PostProcess. */
function postprocessShapes({ encoding, outputs }: Graph, boxes = DEFAULT_BOXES): number[][] | undefined {
  const four = encoding === 'tensorflowlite' && outputs.length === 4;
  if (!four || !outputs.every(({ name }) => /detection_?postprocess/i.test(name))) return undefined;
  return [[1, boxes, 4], [1, boxes], [1, boxes], [1]];
}

const KINDS = { boxes: 'boxes', scores: 'scores', classes: 'classes', count: 'count' } as const;

/** Head and kind of each output, by their shapes. */
function recognize(
  shapes: readonly number[][],
  options: DetectorOptions,
): [CardDetect['head'], CardOutput['kind'][]] {
  const [first = []] = shapes;
  const [, rows = 0, columns = 0] = first;
  if (shapes.length === 4 && first.length === 3 && columns === 4) {
    return ['ssd_postprocess', [KINDS.boxes, KINDS.classes, KINDS.scores, KINDS.count]];
  }
  if (shapes.length === 2) {
    const boxes = shapes.findIndex((shape) => shape.length === 3 && shape[2] === 4);
    const other = shapes[1 - boxes];
    if (boxes >= 0 && other?.[1] === shapes[boxes]?.[1]) {
      const kinds = boxes === 0 ? [KINDS.boxes, KINDS.scores] : [KINDS.scores, KINDS.boxes];
      return [options.priors === undefined ? 'boxes' : 'ssd_priors', kinds];
    }
  }
  if (shapes.length === 1 && first.length === 3) {
    if (rows > 4 && columns > rows) return ['yolov8', [KINDS.boxes]];
    if (columns > 5 && rows > columns) return ['yolov5', [KINDS.boxes]];
  }
  throw unknown(
    `its outputs are ${shapes.map((shape) => shape.join('x')).join(', ')}`,
    'write model.json by hand: docs/tasks.md has every head',
  );
}

/**
 * Writes a package into a new folder: the graph, its labels and priors, and a card.
 *
 * @returns the card
 * @throws EdgeInferError `MODEL_UNRECOGNIZED` (exit 4), `INPUT_UNREADABLE` (exit 3)
 */
export function importDetector(file: string, folder: string, options: DetectorOptions = {}): ModelCard {
  const graph = graphOf(file);
  const only = onlyInput(graph);
  const shapes = postprocessShapes(graph, options.boxes) ?? graph.outputs.map(fixedShape);
  const [seen, kinds] = recognize(shapes, options);
  const head = options.head ?? seen;
  const labels = options.labels === undefined ? undefined : path.basename(options.labels);
  const named = labels === undefined ? 0 : countLines(read(options.labels ?? '').toString('utf8'));
  const holder = kinds.findIndex((kind) => kind === 'scores' || kind === 'classes');
  const output = graph.outputs.map(({ name }, i): CardOutput => {
    const shape = shapes[i] ?? [];
    const own: CardOutput = { name, dtype: floatDtype(graph.outputs[i]), kind: kinds[i] ?? 'raw', shape };
    if (i !== Math.max(holder, 0)) return own;
    const classes = shape[shape.length - 1] ?? 0;
    const spare =
      named > 0 && kinds[i] === 'scores' && head !== 'ssd_postprocess' && classes === named + 1 ? 1 : 0;
    const offset = options.classOffset ?? spare;
    return { ...own, ...(offset > 0 && { class_offset: offset }), ...(labels !== undefined && { labels }) };
  });
  const detect: CardDetect = { head };
  for (const key of ['box', 'activation', 'coordinates', 'threshold', 'iou'] as const) {
    if (options[key] !== undefined) Object.assign(detect, { [key]: options[key] });
  }
  if (options.priors !== undefined) detect.priors = path.basename(options.priors);
  mkdirSync(folder, { recursive: true });
  const add = (from: string): CardFile => {
    const name = path.basename(from);
    const bytes = read(from);
    if (path.resolve(from) !== path.resolve(folder, name)) copyFileSync(from, path.join(folder, name));
    return { path: name, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
  };
  const input = inputOf(only, head, options);
  const card: ModelCard = {
    schema: 1,
    name:
      options.name ??
      path
        .basename(file)
        .replace(/\.\w+$/, '')
        .replace(/[^\w.-]/g, '-'),
    version: options.version ?? '1.0.0',
    task: 'detect',
    ...(options.license !== undefined && { license: options.license }),
    input,
    output,
    detect,
    graphs: [
      { encoding: graph.encoding, precision: input.dtype === 'f32' ? 'fp32' : 'int8', files: [add(file)] },
    ],
    files: [options.labels, options.priors].filter((name) => name !== undefined).map(add),
  };
  const text = `${JSON.stringify(card, undefined, 2)}\n`;
  const where = path.join(folder, 'model.json');
  parseCard(text, where);
  writeFileSync(where, text);
  return card;
}

function countLines(text: string): number {
  return text.replace(/\r?\n$/, '').split('\n').length;
}

function floatDtype(spec: TensorSpec | undefined): CardDtype {
  const dtype = spec?.dtype;
  if (dtype === 'f32' || dtype === 'f16') return dtype;
  throw unknown(
    `'${spec?.name}' is of ${dtype}`,
    'write model.json by hand, with the quantisation of the output',
  );
}

function onlyInput({ inputs }: Graph): TensorSpec {
  const [input, ...others] = inputs.filter(({ optional }) => optional !== true);
  if (input !== undefined && others.length === 0) return input;
  throw unknown(`it has ${others.length + 1} inputs, not one`, 'write model.json by hand');
}

function inputOf(input: TensorSpec, head: CardDetect['head'], options: DetectorOptions): CardInput {
  const shape = fixedShape(input);
  const planar = shape[1] === 3;
  if (shape.length !== 4 || (!planar && shape[3] !== 3)) {
    throw unknown(`its input is ${shape.join('x')}`, 'give a graph of one picture of three colours');
  }
  const size: [number, number] = planar ? [shape[2] ?? 1, shape[3] ?? 1] : [shape[1] ?? 1, shape[2] ?? 1];
  const yolo = head === 'yolov5' || head === 'yolov8';
  const profile = { profile: 'opencv', filter: 'linear' } as const;
  const letterbox = (options.fit ?? (yolo ? 'letterbox' : 'stretch')) === 'letterbox';
  const normalize = options.normalize ?? (yolo ? { divide: 255 } : undefined);
  const dtype = input.dtype === 'u8' ? 'u8' : floatDtype(input);
  return {
    name: input.name,
    dtype,
    layout: planar ? 'NCHW' : 'NHWC',
    shape,
    color: options.color ?? 'RGB',
    resize: letterbox ? { ...profile, letterbox: { size } } : { ...profile, size },
    ...(normalize !== undefined && dtype === 'f32' && { normalize }),
  };
}
