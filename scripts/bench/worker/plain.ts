/** Rivals in plain JavaScript: what one writes without a library, with typed arrays. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { QUANTIZED, type ResizeParams } from './module.js';
import { bytesOf, f32File, type MakeWork, type Work } from './work.js';

/** A function that gives the same array every time. */
function fixed(run: () => ArrayBufferView): Work {
  let last: ArrayBufferView = new Uint8Array();
  return {
    units: 1,
    call() {
      last = run();
    },
    output: () => bytesOf(last),
  };
}

/** u8 HWC -> f32 CHW, x / 127.5 - 1. */
export function normalizeRgb(pixels: Uint8Array, to: Float32Array): Float32Array {
  const plane = pixels.length / 3;
  for (let i = 0, at = 0; i < plane; i++, at += 3) {
    to[i] = (pixels[at] as number) / 127.5 - 1;
    to[i + plane] = (pixels[at + 1] as number) / 127.5 - 1;
    to[i + 2 * plane] = (pixels[at + 2] as number) / 127.5 - 1;
  }
  return to;
}

async function normalize({ raw }: { raw: string }): Promise<Work> {
  const pixels = Uint8Array.from(readFileSync(raw));
  const to = new Float32Array(pixels.length);
  return fixed(() => normalizeRgb(pixels, to));
}

/** softmax, then all classes sorted: rows {class i32, probability f32}. */
export function rankBySorting(logits: Float32Array, top: number): DataView {
  const most = Math.max(...logits);
  const powers = Array.from(logits, (value) => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  const best = powers
    .map((value, index) => ({ index, share: value / sum }))
    .sort((a, b) => b.share - a.share)
    .slice(0, top);
  const rows = new DataView(new ArrayBuffer(top * 8));
  for (const [i, { index, share }] of best.entries()) {
    rows.setInt32(i * 8, index, true);
    rows.setFloat32(i * 8 + 4, share, true);
  }
  return rows;
}

async function rank({ logits }: { logits: string }): Promise<Work> {
  const values = f32File(logits);
  return fixed(() => rankBySorting(values, 5));
}

/** The same by hand: one pass for the sum, and a list of five that is kept sorted. */
async function rankByHand({ logits }: { logits: string }): Promise<Work> {
  const values = f32File(logits);
  const count = values.length;
  const classes = new Int32Array(5);
  const rows = new DataView(new ArrayBuffer(40));
  return fixed(() => {
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const value = values[i] as number;
      if (kept === 5 && value <= (values[classes[4] as number] as number)) continue;
      let at = kept < 5 ? kept++ : 4;
      for (; at > 0 && value > (values[classes[at - 1] as number] as number); at--) {
        classes[at] = classes[at - 1] as number;
      }
      classes[at] = i;
    }
    const most = values[classes[0] as number] as number;
    let sum = 0;
    for (let i = 0; i < count; i++) sum += Math.exp((values[i] as number) - most);
    for (let i = 0; i < 5; i++) {
      const index = classes[i] as number;
      rows.setInt32(i * 8, index, true);
      rows.setFloat32(i * 8 + 4, Math.exp((values[index] as number) - most) / sum, true);
    }
    return rows;
  });
}

async function dequantize({ values }: { values: string }): Promise<Work> {
  const from = new Int8Array(Uint8Array.from(readFileSync(values)).buffer);
  const to = new Float32Array(from.length);
  const scale = Math.fround(QUANTIZED.scale);
  return fixed(() => {
    for (let i = 0; i < from.length; i++) to[i] = ((from[i] as number) - QUANTIZED.zero) * scale;
    return to;
  });
}

async function hash({ values }: { values: string }): Promise<Work> {
  const bytes = readFileSync(values);
  return fixed(() => createHash('sha256').update(bytes).digest());
}

const COEFFICIENT_BITS = 22;
const FILTERS: Readonly<Record<number, { support: number; at: (x: number) => number }>> = {
  2: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  5: { support: 3, at: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Bounds and 22-bit coefficients of one side, as Pillow has them. */
function coefficients(from: number, to: number, filter: number) {
  const { support, at } = FILTERS[filter] as { support: number; at: (x: number) => number };
  const scale = from / to;
  const wide = Math.max(scale, 1);
  const radius = support * wide;
  const taps = Math.ceil(radius) * 2 + 1;
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const table = new Int32Array(to * taps);
  for (let i = 0; i < to; i++) {
    const center = (i + 0.5) * scale;
    const low = Math.max(0, Math.trunc(center - radius + 0.5));
    const high = Math.min(from, Math.trunc(center + radius + 0.5));
    const weights = Array.from({ length: high - low }, (_, j) => at((j + low - center + 0.5) / wide));
    const sum = weights.reduce((a, b) => a + b, 0);
    first[i] = low;
    count[i] = high - low;
    for (const [j, weight] of weights.entries()) {
      const scaled = (weight / sum) * 2 ** COEFFICIENT_BITS;
      table[i * taps + j] = Math.trunc(scaled + (scaled < 0 ? -0.5 : 0.5));
    }
  }
  return { first, count, table, taps };
}

const clip = (sum: number) => {
  const value = sum >> COEFFICIENT_BITS;
  return value < 0 ? 0 : value > 255 ? 255 : value;
};

const HALF = 1 << (COEFFICIENT_BITS - 1);

/** Both passes of a resize of RGB pixels. */
export function resizeRgb(
  pixels: Uint8Array,
  [width, height]: readonly [number, number],
  [newWidth, newHeight]: readonly [number, number],
  filter: number,
): Uint8Array {
  const x = coefficients(width, newWidth, filter);
  const middle = new Uint8Array(newWidth * height * 3);
  for (let row = 0, at = 0; row < height; row++) {
    for (let i = 0; i < newWidth; i++, at += 3) {
      let r = HALF;
      let g = HALF;
      let b = HALF;
      let from = (row * width + (x.first[i] as number)) * 3;
      const end = i * x.taps + (x.count[i] as number);
      for (let j = i * x.taps; j < end; j++, from += 3) {
        const weight = x.table[j] as number;
        r += (pixels[from] as number) * weight;
        g += (pixels[from + 1] as number) * weight;
        b += (pixels[from + 2] as number) * weight;
      }
      middle[at] = clip(r);
      middle[at + 1] = clip(g);
      middle[at + 2] = clip(b);
    }
  }
  const y = coefficients(height, newHeight, filter);
  const stride = newWidth * 3;
  const to = new Uint8Array(stride * newHeight);
  for (let row = 0; row < newHeight; row++) {
    const first = (y.first[row] as number) * stride;
    const count = y.count[row] as number;
    for (let i = 0; i < stride; i++) {
      let sum = HALF;
      for (let j = 0, from = first + i; j < count; j++, from += stride) {
        sum += (middle[from] as number) * (y.table[row * y.taps + j] as number);
      }
      to[row * stride + i] = clip(sum);
    }
  }
  return to;
}

async function resize({ raw, size, to, filter }: ResizeParams): Promise<Work> {
  const pixels = Uint8Array.from(readFileSync(raw));
  return fixed(() => resizeRgb(pixels, size, to, filter));
}

export const PLAIN_WORK: Readonly<Record<string, MakeWork>> = {
  normalize,
  rank,
  rankByHand,
  dequantize,
  hash,
  resize,
};

/** Boxes of UltraFace in pixels: score above 0.7, greedy suppression at an overlap of 0.3, as one writes it in JavaScript. */
export function suppressBoxes(
  scores: Float32Array,
  boxes: Float32Array,
  { width, height }: { width: number; height: number },
): number[] {
  const candidates: { score: number; box: number[]; area: number }[] = [];
  for (let i = 0; i * 2 < scores.length; i++) {
    const score = scores[i * 2 + 1] ?? 0;
    if (score <= 0.7) continue;
    const box = Array.from(boxes.subarray(i * 4, i * 4 + 4), (x, k) => x * (k % 2 === 0 ? width : height));
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = box;
    candidates.push({ score, box, area: (x2 - x1) * (y2 - y1) });
  }
  candidates.sort((a, b) => b.score - a.score);
  const kept: typeof candidates = [];
  for (const one of candidates) {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = one.box;
    const overlaps = kept.some(({ box, area }) => {
      const [a1 = 0, b1 = 0, a2 = 0, b2 = 0] = box;
      const inside =
        Math.max(0, Math.min(x2, a2) - Math.max(x1, a1)) * Math.max(0, Math.min(y2, b2) - Math.max(y1, b1));
      return inside / (one.area + area - inside) > 0.3;
    });
    if (!overlaps) kept.push(one);
  }
  return kept.flatMap(({ box }) => box);
}
