/**
 * The task of the card: tensor -> graph -> answer at hand.
 */

import { answer } from '../answer';
import { plan, TASK_CLASSIFY, TASK_DETECT, TASK_EMBED, TASK_SEGMENT } from '../card/plan';
import { faultExit, faultModel } from '../fault';
import { now } from '../wasi/clock';
import { rankOutput } from './classify';
import { detectOutputs } from './detect';
import { embedOutput } from './embed';
import { runGraph } from './graph_run';
import { segmentOutput } from './segment';

/** What the caller says of the answer; 0 everywhere: what the card says. */
@unmanaged
export class Wanted {
  /** How many answers at most; 0: five classes, the card's `most` boxes. */
  top: i32;
  /** Least confidence; of detection 0 is the card's. */
  threshold: f32;
  /** Overlap from which on boxes are suppressed; 0: the card's. */
  iou: f32;
  /** The mask as the graph has it, not of the picture's size. */
  ownMask: i32;
}

/** The wish at hand. */
export const wanted: Wanted = changetype<Wanted>(memory.data(offsetof<Wanted>()));

/** Runs the graph on the tensor of the answer at hand and makes the answer of its outputs; the exit code. */
export function answerTensor(): i32 {
  const start = now();
  const exit = runGraph();
  if (exit != 0) return exit;
  const middle = now();
  const answered = answerOutputs();
  const end = now();
  answer.infer = middle - start;
  answer.postprocess = end - middle;
  answer.latency += end - start;
  return answered;
}

/** Makes the answer of the outputs at hand (outputs.ts); the exit code. */
export function answerOutputs(): i32 {
  const task = plan.task;
  if (task == TASK_CLASSIFY) return rankOutput(wanted.top, wanted.threshold);
  if (task == TASK_DETECT) return detectOutputs(wanted.top, wanted.threshold, wanted.iou);
  if (task == TASK_SEGMENT) return segmentOutput(wanted.ownMask == 0);
  if (task == TASK_EMBED) return embedOutput();
  return faultTask();
}

/** The fault of a model that is made for another task; the exit code. */
export function faultTask(): i32 {
  faultModel('MODEL_TASK', 'the model is made for another task', plan.name, plan.nameLength);
  return faultExit;
}
