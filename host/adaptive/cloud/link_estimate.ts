/** How long the network takes for so many bytes: a line through what was seen. */

/** A new observation makes older ones lighter by this factor: half after 16. */
const KEEP = 2 ** (-1 / 16);
/** Before anything is seen: two observations of this weight, of no bytes and of a megabyte. */
const PRIOR_WEIGHT = 0.25;
const PRIOR_LATENCY_MS = 50;
const MIB = 2 ** 20;

/**
 * Recursive least squares with forgetting of `ms = latency + bytes / bandwidth`, the server's own time being part of the
 * latency. A light prior keeps it defined while all requests have one size.
 */
export class LinkEstimate {
  #weight = 0;
  #bytes = 0;
  #ms = 0;
  #bytesBytes = 0;
  #bytesMs = 0;
  #count = 0;

  /** @param bandwidth bytes a second, until measured */
  constructor(bandwidth: number) {
    this.#observe(0, PRIOR_LATENCY_MS, PRIOR_WEIGHT);
    this.#observe(MIB, PRIOR_LATENCY_MS + (MIB / bandwidth) * 1000, PRIOR_WEIGHT);
  }

  get count(): number {
    return this.#count;
  }

  /** Milliseconds that a request with so many bytes, its answer's included, is expected to take. */
  expected(bytes: number): number {
    const { latency_ms, ms_per_byte } = this.#line();
    return latency_ms + bytes * ms_per_byte;
  }

  /** Bytes a second. */
  get bandwidth(): number {
    return 1000 / Math.max(this.#line().ms_per_byte, 1e-9);
  }

  add(bytes: number, ms: number): void {
    this.#weight *= KEEP;
    this.#bytes *= KEEP;
    this.#ms *= KEEP;
    this.#bytesBytes *= KEEP;
    this.#bytesMs *= KEEP;
    this.#observe(bytes, ms, 1);
    this.#count++;
  }

  #observe(bytes: number, ms: number, weight: number): void {
    this.#weight += weight;
    this.#bytes += weight * bytes;
    this.#ms += weight * ms;
    this.#bytesBytes += weight * bytes * bytes;
    this.#bytesMs += weight * bytes * ms;
  }

  #line(): { latency_ms: number; ms_per_byte: number } {
    const meanBytes = this.#bytes / this.#weight;
    const meanMs = this.#ms / this.#weight;
    const variance = this.#bytesBytes / this.#weight - meanBytes * meanBytes;
    const covariance = this.#bytesMs / this.#weight - meanBytes * meanMs;
    // More bytes never take less time, and none take no less than nothing.
    const slope = variance > 0 ? Math.max(0, covariance / variance) : 0;
    const latency_ms = meanMs - slope * meanBytes;
    if (latency_ms >= 0) return { latency_ms, ms_per_byte: slope };
    return { latency_ms: 0, ms_per_byte: meanBytes > 0 ? meanMs / meanBytes : 0 };
  }
}
