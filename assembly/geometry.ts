/**
 * Where a picture lies in the tensor: the card's rule of resizing, worked out for one size.
 */

import { answer } from './answer';
import { GEOMETRY_LETTERBOX, GEOMETRY_SHORTEST, plan } from './card/plan';
import { geometryCrop, geometryLetterbox, geometryShortest, geometrySize } from './kernels/resize/geometry';

/**
 * Lays out an upright picture of width x height: {@link resizeWindow}, and its size in the answer at hand; a status of
 * kernels/resize.
 */
export function layOut(width: i32, height: i32): i32 {
  answer.width = width;
  answer.height = height;
  if (plan.geometry == GEOMETRY_LETTERBOX) {
    return geometryLetterbox(width, height, plan.resizeWidth, plan.resizeHeight);
  }
  const status =
    plan.geometry == GEOMETRY_SHORTEST
      ? geometryShortest(width, height, plan.shortest)
      : geometrySize(plan.resizeWidth, plan.resizeHeight);
  return status != 0 || !plan.cropped ? status : geometryCrop(plan.width, plan.height, plan.origin);
}

/** Lays out a tensor of which no picture is known: the picture is the input itself. */
export function layOutInput(): void {
  answer.width = plan.width;
  answer.height = plan.height;
  geometrySize(plan.width, plan.height);
}
