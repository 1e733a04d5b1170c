/**
 * The priors of an SSD head: a file of f32[n][4] of the card's `box` form, little endian.
 */

import { faultModel, faultWhy } from '../fault';
import { cardOutput, KIND_BOXES, outputOfKind, plan } from './plan';
import { residentKeep } from './resident';

/** Keeps the priors in the resident place, if they fit there; false with a fault set when they are more or fewer. */
export function keepPriors(from: usize, length: usize): bool {
  if (!checkPriors(length)) return false;
  plan.priors = residentKeep(from, length);
  return true;
}

/** Whether so many bytes are one prior for each box; a fault is set when not. */
export function checkPriors(length: usize): bool {
  const output = outputOfKind(KIND_BOXES);
  if (output >= 0 && length == (<usize>cardOutput(output).elements) << 2) return true;
  faultModel('MODEL_PRIORS', 'cannot use the priors', plan.priorsPath, plan.priorsPathLength);
  faultWhy('they must be four f32 for each box of the graph');
  return false;
}
