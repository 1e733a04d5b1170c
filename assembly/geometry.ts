/**
 * Where the pixels of a picture end up: the size it is resized to, and the window of that which is shown.
 *
 *   full picture fullWidth x fullHeight        tensor plan.width x plan.height
 *   +--------------------+                     +-----------+
 *   |    +---------+     |   window (cropX,    | offsetX,Y |  with letterbox the window is the whole
 *   |    | window  |     |   cropY) of         |  +-----+  |  picture and lies at (offsetX, offsetY)
 *   |    +---------+     |   cropW x cropH     |  +-----+  |
 *   +--------------------+                     +-----------+
 */

import { GEOMETRY_LETTERBOX, GEOMETRY_SHORTEST, ORIGIN_FLOOR, plan } from './card/plan';

export let fullWidth: i32 = 0;
export let fullHeight: i32 = 0;
export let cropX: i32 = 0;
export let cropY: i32 = 0;
export let cropWidth: i32 = 0;
export let cropHeight: i32 = 0;
export let offsetX: i32 = 0;
export let offsetY: i32 = 0;

/** Longest side that a picture is resized to. */
const MAX_SIDE: i64 = 1 << 20;

/** Half of a margin: torchvision rounds half to even, transformers rounds down. */
function halfMargin(margin: i32): i32 {
  const half = margin >> 1;
  if (plan.origin == ORIGIN_FLOOR || (margin & 1) == 0) return half;
  return half + (half & 1);
}

/** Works out the geometry for a picture of width x height, both at least 1; false when it gets out of hand. */
export function layOut(width: i32, height: i32): bool {
  let w = <i64>plan.resizeWidth;
  let h = <i64>plan.resizeHeight;
  offsetX = 0;
  offsetY = 0;
  if (plan.geometry == GEOMETRY_SHORTEST) {
    const short = <i64>plan.shortest;
    w = width <= height ? short : (short * width) / height;
    h = width <= height ? (short * height) / width : short;
  } else if (plan.geometry == GEOMETRY_LETTERBOX) {
    const boxW = w;
    const boxH = h;
    // The side that is relatively longer fills the box, the other one is rounded to the nearest pixel.
    if (boxW * height <= boxH * width) h = (2 * boxW * height + width) / (2 * <i64>width);
    else w = (2 * boxH * width + height) / (2 * <i64>height);
    if (w < 1) w = 1;
    if (h < 1) h = 1;
    offsetX = <i32>(boxW - w) >> 1;
    offsetY = <i32>(boxH - h) >> 1;
  }
  if (w > MAX_SIDE || h > MAX_SIDE) return false;
  fullWidth = <i32>w;
  fullHeight = <i32>h;
  const boxed = plan.geometry == GEOMETRY_LETTERBOX;
  cropWidth = boxed ? fullWidth : plan.width;
  cropHeight = boxed ? fullHeight : plan.height;
  cropX = halfMargin(fullWidth - cropWidth);
  cropY = halfMargin(fullHeight - cropHeight);
  return true;
}
