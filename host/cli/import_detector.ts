/** `edge-infer models import` of the graph of a detector. */
import type { Command } from 'commander';
import { usage } from '../engine/failures.js';
import { EXIT } from '../errors.js';
import type { Normalize } from '../models/card.js';
import { type DetectorOptions, importDetector } from '../models/detector.js';
import { print } from './output.js';

/** Flags as commander gives them. */
export interface DetectorFlags
  extends Pick<
    DetectorOptions,
    'name' | 'license' | 'labels' | 'priors' | 'head' | 'box' | 'activation' | 'coordinates' | 'color' | 'fit'
  > {
  out: string;
  boxes?: string;
  threshold?: string;
  iou?: string;
  classOffset?: string;
  divide?: string;
  mean?: string;
  std?: string;
  json?: true;
}

/** Adds the flags that say what a detector's graph does not. */
export function addDetectorFlags(command: Command): Command {
  return command
    .option('--labels <FILE>', 'names of the classes, one a line')
    .option(
      '--head <HEAD>',
      'boxes, ssd_postprocess, ssd_priors, yolov5 or yolov8 (default: seen in the outputs)',
    )
    .option('--box <FORM>', 'xyxy, yxyx, cxcywh or cycxhw')
    .option('--activation <A>', 'none, sigmoid or softmax')
    .option('--coordinates <C>', 'normalized or pixels')
    .option('--priors <FILE>', 'priors of an SSD head: f32[boxes][4], little endian')
    .option('--boxes <N>', 'boxes that TFLite_Detection_PostProcess gives (default: 10)')
    .option('--threshold <X>', 'least confidence')
    .option('--iou <X>', 'overlap from which on boxes are suppressed')
    .option('--class-offset <N>', 'classes in front that mean nothing')
    .option('--color <C>', 'RGB or BGR (default: RGB)')
    .option('--fit <F>', 'stretch or letterbox (default: of YOLO heads letterbox)')
    .option('--divide <X>', 'pixels are divided by this (default: of YOLO heads 255)')
    .option('--mean <A,B,C>', 'then less this')
    .option('--std <A,B,C>', 'then divided by this')
    .option('--name <NAME>', "name of the model (default: the file's)")
    .option('--license <SPDX>', 'licence of the model');
}

function numbers(flag: string, text: string): number[] {
  const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (values.every(Number.isFinite)) return values;
  throw usage(`bad --${flag} (${text})`, 'give numbers, parted by commas');
}

/** Makes a package of a graph file; the exit code. */
export function importDetectorGraph(graph: string, flags: DetectorFlags): number {
  const { out, boxes, threshold, iou, classOffset, divide, mean, std, json, ...rest } = flags;
  const options: DetectorOptions = { ...rest };
  const number = (flag: string, text: string) => numbers(flag, text)[0] ?? Number.NaN;
  if (boxes !== undefined) options.boxes = number('boxes', boxes);
  if (threshold !== undefined) options.threshold = number('threshold', threshold);
  if (iou !== undefined) options.iou = number('iou', iou);
  if (classOffset !== undefined) options.classOffset = number('class-offset', classOffset);
  const normalize: Normalize = {
    ...(divide !== undefined && { divide: number('divide', divide) }),
    ...(mean !== undefined && { mean: numbers('mean', mean) }),
    ...(std !== undefined && { std: numbers('std', std) }),
  };
  if (Object.keys(normalize).length > 0) options.normalize = normalize;
  const card = importDetector(graph, out, options);
  if (json) print(JSON.stringify(card));
  else print(`${out}: ${card.name}, head ${card.detect?.head}; try edge-infer detect IMAGE --model ${out}`);
  return EXIT.ok;
}
