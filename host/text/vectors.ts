/** Arithmetic on the output of a text model: pooling, norm, softmax. */

/** Vectors of the tokens of several sequences to one vector each: [batch, tokens, size] to `batch` of [size]. */
export function poolTokens(
  states: Float32Array,
  masks: readonly Uint32Array[],
  tokens: number,
  pooling: 'mean' | 'cls',
): Float32Array[] {
  const size = states.length / (masks.length * tokens);
  return masks.map((mask, i) => {
    const rows = states.subarray(i * tokens * size, (i + 1) * tokens * size);
    if (pooling === 'cls') return rows.slice(0, size);
    const sums = new Float64Array(size);
    let count = 0;
    for (let token = 0; token < tokens; token++) {
      if (mask[token] !== 1) continue;
      count++;
      const at = token * size;
      for (let j = 0; j < size; j++) sums[j] = (sums[j] as number) + (rows[at + j] as number);
    }
    return Float32Array.from(sums, (sum) => sum / Math.max(count, 1));
  });
}

/** The vector divided by its Euclidean norm; one of zeros stays. */
export function normalized(vector: Float32Array): Float32Array {
  const norm = Math.hypot(...vector);
  return norm === 0 ? vector : vector.map((value) => value / norm);
}

/** Probabilities of logits. */
export function softmaxOf(logits: Float32Array): Float64Array {
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = Float64Array.from(logits, (value) => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
