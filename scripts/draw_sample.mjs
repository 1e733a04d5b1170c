/**
 * Draws the picture that `npm start` classifies when it is given none: an airliner against the sky, 256 x 256 RGB.
 *
 *     node scripts/draw_sample.mjs FILE.png
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync, crc32 as zlibCrc32 } from 'node:zlib';

const SIZE = 256;
const SUPERSAMPLES = 4;

/** @typedef {readonly [number, number]} Point */
/** @typedef {readonly [number, number, number]} Colour */

/**
 * Painted back to front; coordinates in pixels before the airliner is banked.
 * @type {readonly { colour: Colour, outline: readonly Point[] }[]}
 */
const AIRLINER = [
  {
    colour: [118, 126, 140],
    outline: [
      [118, 122],
      [148, 122],
      [92, 62],
      [78, 62],
    ],
  },
  { colour: [206, 210, 216], outline: ellipse(128, 130, 104, 15) },
  { colour: [236, 238, 242], outline: ellipse(128, 126, 102, 10) },
  {
    colour: [190, 44, 48],
    outline: [
      [30, 126],
      [58, 124],
      [38, 78],
      [20, 78],
    ],
  },
  {
    colour: [150, 156, 168],
    outline: [
      [34, 130],
      [58, 130],
      [30, 148],
      [16, 148],
    ],
  },
  {
    colour: [152, 158, 170],
    outline: [
      [108, 134],
      [152, 134],
      [86, 206],
      [66, 206],
    ],
  },
  { colour: [92, 98, 110], outline: ellipse(118, 166, 15, 7) },
  { colour: [92, 98, 110], outline: ellipse(96, 186, 13, 6) },
  {
    colour: [52, 66, 88],
    outline: [
      [210, 122],
      [222, 124],
      [218, 129],
      [206, 128],
    ],
  },
];

/** @returns {readonly Point[]} */
function ellipse(
  /** @type {number} */ cx,
  /** @type {number} */ cy,
  /** @type {number} */ rx,
  /** @type {number} */ ry,
) {
  return Array.from({ length: 48 }, (_, i) => {
    const angle = (i / 48) * 2 * Math.PI;
    return /** @type {Point} */ ([cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)]);
  });
}

/** Even-odd rule. */
function inside(/** @type {readonly Point[]} */ outline, /** @type {number} */ x, /** @type {number} */ y) {
  let odd = false;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i++) {
    const [xi, yi] = /** @type {Point} */ (outline[i]);
    const [xj, yj] = /** @type {Point} */ (outline[j]);
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd;
  }
  return odd;
}

/** Sky: deeper blue above, paler towards the horizon. */
function sky(/** @type {number} */ y) {
  const t = y / SIZE;
  return [84 + 92 * t, 142 + 66 * t, 206 + 26 * t];
}

/** The colour at a point of the picture, with the airliner banked by 12 degrees. */
function colourAt(/** @type {number} */ x, /** @type {number} */ y) {
  const angle = (-12 * Math.PI) / 180;
  const dx = x - SIZE / 2;
  const dy = y - SIZE / 2;
  const planeX = SIZE / 2 + dx * Math.cos(angle) - dy * Math.sin(angle);
  const planeY = SIZE / 2 + dx * Math.sin(angle) + dy * Math.cos(angle);
  for (let i = AIRLINER.length - 1; i >= 0; i--) {
    const part = AIRLINER[i];
    if (part !== undefined && inside(part.outline, planeX, planeY)) return part.colour;
  }
  return sky(y);
}

/** RGB rows, each behind a filter byte of 0 (none). */
function pixelRows() {
  const rows = Buffer.alloc(SIZE * (1 + SIZE * 3));
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const sum = [0, 0, 0];
      for (let s = 0; s < SUPERSAMPLES * SUPERSAMPLES; s++) {
        const colour = colourAt(
          x + ((s % SUPERSAMPLES) + 0.5) / SUPERSAMPLES,
          y + (Math.floor(s / SUPERSAMPLES) + 0.5) / SUPERSAMPLES,
        );
        for (let c = 0; c < 3; c++) sum[c] = (sum[c] ?? 0) + (colour[c] ?? 0);
      }
      for (let c = 0; c < 3; c++) {
        rows[y * (1 + SIZE * 3) + 1 + x * 3 + c] = Math.round((sum[c] ?? 0) / SUPERSAMPLES ** 2);
      }
    }
  }
  return rows;
}

/** CRC-32 of PNG; Node 20 before 20.15 has none in zlib. */
function crc32(/** @type {Buffer} */ data) {
  if (typeof zlibCrc32 === 'function') return zlibCrc32(data);
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function chunk(/** @type {string} */ type, /** @type {Buffer} */ data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** Draws the picture and writes it as PNG. */
export function drawSample(/** @type {string} */ file) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIZE, 0);
  header.writeUInt32BE(SIZE, 4);
  header.set([8, 2, 0, 0, 0], 8);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(pixelRows(), { level: 9 })),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = process.argv[2];
  if (file === undefined) {
    console.error('usage: node scripts/draw_sample.mjs FILE.png');
    process.exitCode = 2;
  } else drawSample(file);
}
