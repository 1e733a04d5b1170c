/** Whether a reference shows the same pixels as ours, some pixels further. */
import { type Fit, fitLines } from './measure.js';
import type { InputSize } from './reference.js';
import type { Pixels } from './values.js';

/** How far a crop is looked for elsewhere. */
const REACH = 3;

/** Pixels to the right and down, and the lines on which the elements lie there. */
export interface Moved {
  x: number;
  y: number;
  fit: Fit;
}

/** Where the reference's window lies beside ours, when it fits much better there; `unexplained` is what is left where we are. */
export function movedBy(
  pixels: Pixels,
  reference: Float32Array,
  size: InputSize,
  reversed: boolean,
  unexplained: number,
): Moved | undefined {
  let best: Moved | undefined;
  for (let y = -REACH; y <= REACH; y += 1) {
    for (let x = -REACH; x <= REACH; x += 1) {
      if (x === 0 && y === 0) continue;
      const overlap = overlapOf(pixels, reference, size, x, y);
      const fit = fitLines(overlap.pixels, overlap.reference, reversed);
      if (fit.unexplained < (best?.fit.unexplained ?? unexplained)) best = { x, y, fit };
    }
  }
  return best !== undefined && best.fit.unexplained < unexplained / 10 ? best : undefined;
}

/** The part that both have when the reference is ours moved by (x, y). */
function overlapOf(
  pixels: Pixels,
  reference: Float32Array,
  { channels, height, width }: InputSize,
  x: number,
  y: number,
): { pixels: Pixels; reference: Float32Array } {
  const [w, h] = [width - Math.abs(x), height - Math.abs(y)];
  const ours = new Float32Array(w * h * channels);
  const theirs = new Float32Array(ours.length);
  for (let row = 0; row < h; row += 1) {
    const from = ((row + Math.max(0, y)) * width + Math.max(0, x)) * channels;
    const to = ((row + Math.max(0, -y)) * width + Math.max(0, -x)) * channels;
    ours.set(pixels.values.subarray(from, from + w * channels), row * w * channels);
    theirs.set(reference.subarray(to, to + w * channels), row * w * channels);
  }
  return { pixels: { ...pixels, values: ours }, reference: theirs };
}
