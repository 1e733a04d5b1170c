/**
 * `output`, `detect` and `segment` of a card -> {@link plan}. `output` is an object, or an array in the graph's order.
 */

import {
  JSON_ARRAY,
  jsonCount,
  jsonFirst,
  jsonMember,
  jsonNext,
  jsonText,
  jsonTextLength,
  jsonType,
} from '../text/json_node';
import {
  cardFail,
  cardWrong,
  cardStatus,
  fieldBoolean,
  fieldDimensions,
  fieldInteger,
  fieldNumber,
  fieldObject,
  fieldString,
  fieldWord,
  keepText,
  keptLength,
  refusePlugin,
  REQUIRED,
} from './fields';
import { pathStaysInside } from './paths';
import {
  BOX_CYCXHW,
  BOX_XYXY,
  BOX_YXYX,
  CardOutput,
  cardOutput,
  HEAD_SSD_POSTPROCESS,
  HEAD_SSD_PRIORS,
  HEAD_YOLOV5,
  KIND_BOXES,
  KIND_LOGITS,
  KIND_MASK,
  KIND_PROBABILITIES,
  KIND_SCORES,
  MAX_OUTPUTS,
  outputOfKind,
  plan,
  TASK_CLASSIFY,
  TASK_DETECT,
  TASK_SEGMENT,
} from './plan';
import { quantScale, quantZero } from './read_quant';
import { CARD_PATH } from './status';

/** Reads all that is about outputs. */
export function readOutputs(root: usize): void {
  let output = jsonMember(root, 'output');
  if (jsonType(output) != JSON_ARRAY) readOutput(fieldObject(root, '', 'output', true));
  else {
    const count = jsonCount(output);
    if (count < 1 || count > MAX_OUTPUTS) cardWrong('', 'output', 'must have 1 to 8 elements');
    // count <= MAX_OUTPUTS: every row lies inside the table.
    output = jsonFirst(output);
    for (let i = 0; i < count && cardStatus == 0; i++, output = jsonNext(output)) readOutput(output);
  }
  // Of what only other modules look at.
  if (isDefined(CLASSIFY_ONLY)) return;
  if (plan.task == TASK_DETECT) readDetect(fieldObject(root, '', 'detect', true));
  else if (plan.task == TASK_SEGMENT) readSegment(fieldObject(root, '', 'segment', false));
}

function readOutput(output: usize): void {
  if (cardStatus != 0) return;
  refusePlugin(output, 'output.');
  const row = cardOutput(plan.outputCount++);
  const dtype = fieldWord(output, 'output.', 'dtype', 'f32 f16 u8 i8 i32 i64', 0);
  // No card names the type that the kernels have in between.
  row.dtype = dtype < 4 ? dtype : dtype + 1;
  row.kind = fieldWord(
    output,
    'output.',
    'kind',
    'logits probabilities boxes mask embedding raw scores classes count',
    REQUIRED,
  );
  const quant = fieldObject(output, 'output.', 'quant', false);
  row.scale = quantScale(quant, 'output.quant.');
  row.zero = quantZero(quant, 'output.quant.', row.dtype);
  fieldDimensions(output, 'output.', 'shape', changetype<usize>(row) + offsetof<CardOutput>('elements'));
  if (row.dtype > 3 && row.kind != KIND_MASK) {
    cardWrong('output.', 'dtype', 'of 32 or 64 bit integers is for masks only');
  }
  const offset = fieldInteger(output, 'output.', 'class_offset', 0, 1000000, 0);
  if (offset != 0) plan.classOffset = offset;
  const labels = fieldString(output, 'output.', 'labels', plan.task == TASK_CLASSIFY);
  if (labels == 0) return;
  plan.labelsPath = keepText(labels);
  plan.labelsPathLength = keptLength(labels);
  insidePackage(labels, 'output.', 'labels');
}

function insidePackage(path: usize, prefix: string, key: string): void {
  if (path == 0 || pathStaysInside(jsonText(path), jsonTextLength(path))) return;
  cardFail(CARD_PATH, prefix, key, 'must be a path inside the package');
}

/** An output of a kind with a shape of which `multiple` divides the elements must be there. */
function needOutput(kind: i32, multiple: i32, need: string): void {
  const index = outputOfKind(kind);
  const elements = index < 0 ? 0 : cardOutput(index).elements;
  if (elements == 0 || elements % multiple != 0) cardWrong('', 'output', need);
}

function fraction(parent: usize, key: string, fallback: f32): f32 {
  const value = fieldNumber(parent, 'detect.', key, fallback);
  if (!(value >= 0 && value <= 1)) cardWrong('detect.', key, 'must be a number of 0 to 1');
  return value;
}

function readDetect(detect: usize): void {
  if (cardStatus != 0) return;
  const prefix = 'detect.';
  plan.head = fieldWord(detect, prefix, 'head', 'boxes ssd_postprocess ssd_priors yolov5 yolov8', REQUIRED);
  const yolo = plan.head >= HEAD_YOLOV5;
  plan.inPixels = fieldWord(detect, prefix, 'coordinates', 'normalized pixels', yolo ? 1 : 0) == 1;
  const done = plan.head == HEAD_SSD_POSTPROCESS;
  plan.boxForm = fieldWord(
    detect,
    prefix,
    'box',
    'xyxy yxyx cxcywh cycxhw',
    done ? BOX_YXYX : plan.head == HEAD_SSD_PRIORS ? BOX_CYCXHW : BOX_XYXY,
  );
  plan.activation = fieldWord(detect, prefix, 'activation', 'none sigmoid softmax', 0);
  plan.classAgnostic = !fieldBoolean(detect, prefix, 'class_aware', true);
  plan.iou = fraction(detect, 'iou', done ? 1 : 0.5);
  plan.threshold = fraction(detect, 'threshold', 0.5);
  plan.mostBoxes = fieldInteger(detect, prefix, 'most', 1, 10000, 100);
  needOutput(KIND_BOXES, yolo ? 1 : 4, 'must have boxes with a shape');
  if (!yolo) needOutput(KIND_SCORES, 1, 'must have scores with a shape');
  if (plan.head == HEAD_SSD_PRIORS) readPriors(detect);
}

function reciprocal(parent: usize, key: string, fallback: f32): f32 {
  const value = fieldNumber(parent, 'detect.', key, fallback);
  if (!(value > 0)) cardWrong('detect.', key, 'must be a number above 0');
  return <f32>(1.0 / <f64>value);
}

function readPriors(detect: usize): void {
  plan.centerScale = reciprocal(detect, 'center_variance', 0.1);
  plan.sizeScale = reciprocal(detect, 'size_variance', 0.2);
  const priors = fieldString(detect, 'detect.', 'priors', true);
  plan.priorsPath = keepText(priors);
  plan.priorsPathLength = keptLength(priors);
  insidePackage(priors, 'detect.', 'priors');
}

function readSegment(segment: usize): void {
  if (cardStatus != 0) return;
  const prefix = 'segment.';
  const row = cardOutput(0);
  const scores = row.kind == KIND_LOGITS || row.kind == KIND_PROBABILITIES;
  plan.maskLayout = plan.layout;
  if (segment != 0) plan.maskLayout = fieldWord(segment, prefix, 'layout', 'NCHW NHWC', plan.layout);
  plan.bilinear = scores;
  if (segment != 0)
    plan.bilinear = fieldWord(segment, prefix, 'upsample', 'nearest bilinear', scores ? 1 : 0) == 1;
  if (
    row.elements == 0 ||
    row.dimension0 != 1 ||
    (!scores && (row.kind != KIND_MASK || row.dimension1 != 1))
  ) {
    cardWrong('', 'output', 'must be one mask, logits or probabilities with a shape');
  }
  if (plan.bilinear && !scores) cardWrong(prefix, 'upsample', 'must be nearest for a mask');
}
