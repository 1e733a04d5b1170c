/**
 * What the guest does for a model: the card's numbers, checked, in one static struct.
 * Texts point into the resident place, tables of graphs and files into the card's own memory.
 */

import { DTYPE_F16, DTYPE_F32, DTYPE_U8 } from '../kernels/types';
export {
  DTYPE_F16,
  DTYPE_F32,
  DTYPE_I8,
  DTYPE_U8,
  FILTER_BICUBIC,
  FILTER_BILINEAR,
  LAYOUT_NCHW,
  ORIGIN_ROUND,
  PROFILE_OPENCV,
  PROFILE_TENSORFLOW,
  SCALE_DIVIDE,
  SCALE_MULTIPLY,
  SCALE_NONE,
} from '../kernels/types';

export const TASK_CLASSIFY: i32 = 0;
export const TASK_DETECT: i32 = 1;
export const TASK_SEGMENT: i32 = 2;
export const TASK_EMBED: i32 = 3;
export const TASK_RAW: i32 = 4;
export const TASK_TEXT: i32 = 5;

export const COLOR_RGB: i32 = 0;
export const COLOR_BGR: i32 = 1;
export const COLOR_GRAY: i32 = 2;

export const ALPHA_DROP: i32 = 0;
export const ALPHA_WHITE: i32 = 1;
export const ALPHA_BLACK: i32 = 2;

/** Words of OpenCV for bilinear and bicubic, behind those of kernels/types.ts. */
export const FILTER_LINEAR: i32 = 7;
export const FILTER_CUBIC: i32 = 8;

export const GEOMETRY_SIZE: i32 = 0;
export const GEOMETRY_SHORTEST: i32 = 1;
export const GEOMETRY_LETTERBOX: i32 = 2;

export const KIND_LOGITS: i32 = 0;
export const KIND_PROBABILITIES: i32 = 1;
export const KIND_BOXES: i32 = 2;
export const KIND_MASK: i32 = 3;
export const KIND_EMBEDDING: i32 = 4;
export const KIND_RAW: i32 = 5;
export const KIND_SCORES: i32 = 6;
export const KIND_CLASSES: i32 = 7;
export const KIND_COUNT: i32 = 8;

/** Of outputs alone. */
export const DTYPE_I32: i32 = 5;
export const DTYPE_I64: i32 = 6;

/** How a graph says where things are; tasks/detect.ts. */
export const HEAD_BOXES: i32 = 0;
export const HEAD_SSD_POSTPROCESS: i32 = 1;
export const HEAD_SSD_PRIORS: i32 = 2;
export const HEAD_YOLOV5: i32 = 3;
export const HEAD_YOLOV8: i32 = 4;

export const BOX_XYXY: i32 = 0;
export const BOX_YXYX: i32 = 1;
export const BOX_CXCYWH: i32 = 2;
export const BOX_CYCXHW: i32 = 3;

export const ACTIVATION_NONE: i32 = 0;
export const ACTIVATION_SIGMOID: i32 = 1;
export const ACTIVATION_SOFTMAX: i32 = 2;

export const MAX_OUTPUTS: i32 = 8;

export const MAX_GRAPHS: i32 = 16;
export const MAX_FILES: i32 = 64;

/** One row of the table of files, 48 bytes. */
@unmanaged
export class CardFile {
  path: usize;
  pathLength: usize;
  bytes: u64;
  sha0: u64;
  sha1: u64;
  sha2: u64;
  sha3: u64;
}

/** One output of the graphs, in their order. */
@unmanaged
export class CardOutput {
  dtype: i32;
  kind: i32;
  scale: f32;
  zero: i32;
  /** The product of `shape`; 0 when the card does not say it. */
  elements: i32;
  /** The last four dimensions; in front of fewer stand ones. */
  dimension0: i32;
  dimension1: i32;
  dimension2: i32;
  dimension3: i32;
}

/** One graph of the card. */
@unmanaged
export class CardGraph {
  encoding: i32;
  precision: usize;
  precisionLength: usize;
  firstFile: i32;
  fileCount: i32;
}

/** The card. Lengths are bytes, sizes are pixels. */
@unmanaged
export class Plan {
  ready: bool;
  task: i32;
  name: usize;
  nameLength: usize;
  version: usize;
  versionLength: usize;

  inputName: usize;
  inputNameLength: usize;
  dtype: i32;
  layout: i32;
  color: i32;
  exif: bool;
  alpha: i32;
  channels: i32;
  height: i32;
  width: i32;
  inputScale: f32;
  inputZero: i32;
  inputQuantized: bool;

  profile: i32;
  filter: i32;
  geometry: i32;
  resizeHeight: i32;
  resizeWidth: i32;
  shortest: i32;
  cropped: bool;
  origin: i32;
  fill: i32;
  antialias: bool;
  /** JPEG is decoded at 1/2, 1/4 or 1/8 where that is still at least the size that resizing aims at. */
  draft: bool;

  scaling: i32;
  factor: f32;
  mean0: f32;
  mean1: f32;
  mean2: f32;
  mean3: f32;
  std0: f32;
  std1: f32;
  std2: f32;
  std3: f32;

  outputCount: i32;
  classOffset: i32;
  labelsPath: usize;
  labelsPathLength: usize;

  head: i32;
  /** Form of the boxes, for head ssd_priors of the priors. */
  boxForm: i32;
  /** Coordinates are pixels of the input, not parts of it. */
  inPixels: bool;
  activation: i32;
  /** Boxes of different classes suppress each other. */
  classAgnostic: bool;
  iou: f32;
  threshold: f32;
  mostBoxes: i32;
  centerScale: f32;
  sizeScale: f32;
  priorsPath: usize;
  priorsPathLength: usize;
  /** f32[boxes][4]; 0 before they are read. */
  priors: usize;

  /** Layout of scores for each pixel. */
  maskLayout: i32;
  /** Masks of the picture's size come of interpolated scores; else of the nearest pixel of the graph's mask. */
  bilinear: bool;

  graphCount: i32;
  fileCount: i32;
  /** Index of the first file of the card's own list (after those of the graphs). */
  extraFiles: i32;
  graphs: usize;
  files: usize;

  labelCount: i32;
  labelOffsets: usize;
  labelBytes: usize;
}

/** The plan of the model at hand. */
export const plan: Plan = changetype<Plan>(memory.data(offsetof<Plan>()));

const OUTPUTS: usize = memory.data(288, 4);

/** An output, 0 <= index < MAX_OUTPUTS. */
export function cardOutput(index: i32): CardOutput {
  return changetype<CardOutput>(OUTPUTS + <usize>index * offsetof<CardOutput>());
}

/** Number of the first output of a kind, -1 when there is none. */
export function outputOfKind(kind: i32): i32 {
  for (let i = 0; i < plan.outputCount; i++) if (cardOutput(i).kind == kind) return i;
  return -1;
}

/** A file row, 0 <= index < MAX_FILES. */
export function cardFile(index: i32): CardFile {
  return changetype<CardFile>(plan.files + <usize>index * offsetof<CardFile>());
}

/** A graph row, 0 <= index < MAX_GRAPHS. */
export function cardGraph(index: i32): CardGraph {
  return changetype<CardGraph>(plan.graphs + <usize>index * offsetof<CardGraph>());
}

/** Bytes of one element of a dtype. */
export function dtypeBytes(dtype: i32): usize {
  if (dtype == DTYPE_I64) return 8;
  return dtype == DTYPE_F32 || dtype == DTYPE_I32 ? 4 : dtype == DTYPE_F16 ? 2 : 1;
}

/** Name of a dtype as cards write it. */
export function dtypeName(dtype: i32): string {
  if (dtype == DTYPE_F32) return 'f32';
  if (dtype == DTYPE_F16) return 'f16';
  if (dtype == DTYPE_I32) return 'i32';
  if (dtype == DTYPE_I64) return 'i64';
  return dtype == DTYPE_U8 ? 'u8' : 'i8';
}

/** Bytes of the input tensor. */
export function tensorBytes(): usize {
  return <usize>plan.channels * <usize>plan.height * <usize>plan.width * dtypeBytes(plan.dtype);
}

/** Address of label `index`, 0 when there is none; its length by {@link labelLength}. */
export function labelText(index: i32): usize {
  if (index < 0 || index >= plan.labelCount) return 0;
  return plan.labelBytes + load<u32>(plan.labelOffsets + ((<usize>index) << 3));
}

/** Byte length of label `index`, 0 when there is none. */
export function labelLength(index: i32): usize {
  if (index < 0 || index >= plan.labelCount) return 0;
  return load<u32>(plan.labelOffsets + ((<usize>index) << 3), 4);
}
