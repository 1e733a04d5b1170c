/** Source indices of the libraries that compute positions in f32 (torch, TensorFlow). */

/**
 * i32[count] for the output pixels first .. first + count - 1: min(floor((i + offset) * (inSize / outSize)),
 * inSize - 1), each step rounded to f32. `offset` 0: torch's `nearest`; 0.5: torch's `nearest-exact` and
 * TensorFlow's `nearest` with half-pixel centres.
 */
export function nearestFloatBuild(
  inSize: i32,
  outSize: i32,
  first: i32,
  count: i32,
  offset: f32,
  indices: usize,
): void {
  const scale = <f32>inSize / <f32>outSize;
  for (let i = first; i < first + count; i++, indices += 4) {
    store<i32>(indices, min(<i32>((<f32>i + offset) * scale), inSize - 1));
  }
}
