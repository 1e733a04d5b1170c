/** The reference tensor beside a card's input: which axis is which. */
import { EdgeInferError, EXIT } from '../errors.js';
import type { CardInput } from '../models/card.js';
import type { NpyArray, NpyDtype } from './npy.js';

/** Sizes of a card's input. */
export interface InputSize {
  channels: number;
  height: number;
  width: number;
}

/** The reference, its axes told apart. */
export interface Reference {
  dtype: NpyDtype;
  /** As it came. */
  shape: number[];
  layout: 'NCHW' | 'NHWC';
  /** Rows of pixels of channels, whatever the layout is; binary64 rounded to binary32, as a graph is fed. */
  values: Float32Array;
  /** The same memory with its axes taken for those of the other layout: what a reshape makes in place of a transposition. */
  reshaped: Float32Array;
  /** Elements that are infinite or no number. */
  notFinite: number;
}

/** Sizes that a card's `shape` and `layout` give; undefined when they are no picture's. */
export function inputSize({ shape, layout }: CardInput): InputSize | undefined {
  const [batch, a, b, c] = shape;
  if (shape.length !== 4 || batch !== 1) return undefined;
  return layout === 'NHWC'
    ? { height: a!, width: b!, channels: c! }
    : { channels: a!, height: b!, width: c! };
}

/** Planes, one a channel, to pixels. */
function interleave(planes: Float32Array, { channels, height, width }: InputSize): Float32Array {
  const pixels = height * width;
  const out = new Float32Array(planes.length);
  for (let c = 0; c < channels; c += 1)
    for (let i = 0; i < pixels; i += 1) out[i * channels + c] = planes[c * pixels + i]!;
  return out;
}

/**
 * Tells the axes apart: with or without a batch axis of 1, NCHW or NHWC; where both fit, the card's own.
 *
 * @throws EdgeInferError `INPUT_TENSOR_SHAPE` (exit 3)
 */
export function alignReference(array: NpyArray, input: CardInput, size: InputSize, where: string): Reference {
  const { channels, height, width } = size;
  const { shape, dtype } = array;
  let axes = shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
  if (axes.length === 2 && channels === 1) axes = [1, ...axes];
  const is = (...sides: number[]) => axes.length === 3 && sides.every((side, i) => axes[i] === side);
  const planar = is(channels, height, width);
  const interleaved = is(height, width, channels);
  if (!planar && !interleaved) throw wrongShape(shape, input, where);
  const layout = planar && interleaved ? (input.layout ?? 'NCHW') : planar ? 'NCHW' : 'NHWC';
  const values = Float32Array.from(array.values);
  const fromPlanes = interleave(values, size);
  return {
    dtype,
    shape,
    layout,
    values: layout === 'NCHW' ? fromPlanes : values,
    reshaped: layout === 'NCHW' ? values : fromPlanes,
    notFinite: array.values.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0),
  };
}

function wrongShape(shape: readonly number[], input: CardInput, where: string): EdgeInferError {
  const batch = shape.length === 4 && shape[0] !== 1;
  return new EdgeInferError({
    code: 'INPUT_TENSOR_SHAPE',
    message: `the reference tensor has the wrong shape (${where}): it is [${shape.join(', ')}], the card asks for [${input.shape.join(', ')}] (${input.layout ?? 'NCHW'})`,
    hint: batch
      ? 'give the tensor of this one picture: x[i]'
      : 'save what the training pipeline feeds to the model for this picture; the batch axis may be absent, and the layout NCHW or NHWC',
    exitCode: EXIT.input,
  });
}
