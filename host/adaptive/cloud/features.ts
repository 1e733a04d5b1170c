/** Features between the two parts of a model, made smaller for the network, with what that costs. */
import type { Tensor } from '../../engine/tensors.js';
import { halfToNumber, roundToHalf } from '../../parity/half.js';

/** Features ready to be sent. */
export interface PackedFeatures {
  /** By the names of the server's inputs. */
  tensors: Record<string, Tensor>;
  precision: 'f32' | 'f16' | 'u8';
  /** Largest and root mean square difference between what was computed and what arrives. */
  max_abs_error: number;
  rms_error: number;
}

/** Bytes of so many features. */
export function packedBytes(count: number, precision: PackedFeatures['precision']): number {
  if (precision === 'f32') return count * 4;
  return precision === 'f16' ? count * 2 : count + 5;
}

/**
 * Packs f32 features.
 *
 * `f16`: each rounded to the nearest binary16, ties to even; what is beyond 65504 becomes 65504. `u8`: asymmetric, one scale
 * for all (zero is always representable, as ONNX's DynamicQuantizeLinear has it), so the error is at most half a scale.
 *
 * @param name of the tensor on the server
 * @throws RangeError for features that are not finite, when they are to be packed
 */
export function packFeatures(
  name: string,
  values: Float32Array,
  shape: readonly number[],
  precision: PackedFeatures['precision'],
): PackedFeatures {
  if (precision === 'f32') {
    const tensors = { [name]: { dtype: 'f32' as const, shape, data: values } };
    return { tensors, precision, max_abs_error: 0, rms_error: 0 };
  }
  if (!values.every(Number.isFinite)) throw new RangeError('features that are not finite cannot be packed');
  if (precision === 'f16') {
    const bits = Uint16Array.from(values, halfBits);
    const tensors = { [name]: { dtype: 'f16' as const, shape, data: bits } };
    return { tensors, precision, ...errorOf(values, (i) => halfToNumber(bits[i] ?? 0)) };
  }
  const low = values.reduce((least, value) => Math.min(least, value), 0);
  const high = values.reduce((most, value) => Math.max(most, value), 0);
  const scale = Math.fround((high - low) / 255) || 1;
  const zero = Math.min(255, Math.max(0, Math.round(-low / scale)));
  const quantized = Uint8Array.from(values, (value) =>
    Math.min(255, Math.max(0, Math.round(value / scale) + zero)),
  );
  const tensors: Record<string, Tensor> = {
    [name]: { dtype: 'u8', shape, data: quantized },
    [`${name}_scale`]: { dtype: 'f32', shape: [1], data: Float32Array.of(scale) },
    [`${name}_zero`]: { dtype: 'u8', shape: [1], data: Uint8Array.of(zero) },
  };
  return { tensors, precision, ...errorOf(values, (i) => ((quantized[i] ?? 0) - zero) * scale) };
}

function errorOf(
  values: Float32Array,
  arrives: (place: number) => number,
): { max_abs_error: number; rms_error: number } {
  let largest = 0;
  let squares = 0;
  for (const [place, value] of values.entries()) {
    const difference = Math.abs(value - arrives(place));
    largest = Math.max(largest, difference);
    squares += difference * difference;
  }
  return { max_abs_error: largest, rms_error: Math.sqrt(squares / Math.max(1, values.length)) };
}

const LARGEST_HALF = 65504;

/** Bits of the nearest binary16 of a finite number. */
function halfBits(value: number): number {
  const rounded = roundToHalf(Math.min(LARGEST_HALF, Math.max(-LARGEST_HALF, value)));
  const sign = rounded < 0 || Object.is(rounded, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(rounded);
  if (magnitude < 2 ** -14) return sign | (magnitude * 2 ** 24);
  const exponent = Math.floor(Math.log2(magnitude));
  return sign | ((exponent + 15) << 10) | ((magnitude / 2 ** exponent - 1) * 1024);
}
