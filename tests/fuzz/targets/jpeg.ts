/** JPEG: segments, tables and entropy coded data are changed as what they are. */

import { havoc, havocOnce, type Material, Mutant, pick, type Random, words } from '../mutant.js';
import { exifSegment, type JpegPlan, makeJpeg } from '../seeds/jpeg.js';
import { pictureBound, type Target } from '../target.js';
import { callPicture, conformanceFiles, imageText } from './picture.js';

const GRAY = [[1, 1]] as const;
const FULL = [...GRAY, [1, 1], [1, 1]] as const;
const HALF = [[2, 2], ...GRAY, [1, 1]] as const;

const PLANS: readonly JpegPlan[] = [
  { width: 16, height: 16, sampling: GRAY },
  { width: 23, height: 19, sampling: FULL, jfif: true },
  { width: 33, height: 17, sampling: HALF, jfif: true, orientation: 6 },
  { width: 40, height: 24, sampling: HALF, restart: 1 },
  {
    width: 31,
    height: 9,
    sampling: [
      [2, 1],
      [1, 1],
      [1, 1],
    ],
    restart: 3,
    longCodes: true,
  },
  {
    width: 17,
    height: 33,
    sampling: [
      [1, 2],
      [1, 1],
      [1, 1],
    ],
    wideQuant: true,
  },
  {
    width: 34,
    height: 18,
    sampling: [
      [4, 1],
      [1, 1],
      [1, 1],
    ],
  },
  {
    width: 20,
    height: 20,
    sampling: [
      [2, 2],
      [2, 1],
      [1, 2],
    ],
    scattered: true,
  },
  { width: 19, height: 21, sampling: [...FULL, [1, 1]], adobe: 2 },
  { width: 24, height: 16, sampling: [...FULL, [1, 1]], longCodes: true },
  { width: 21, height: 13, sampling: FULL, adobe: 0 },
  { width: 24, height: 24, sampling: GRAY, progressive: true },
  { width: 33, height: 20, sampling: HALF, progressive: true, jfif: true },
  { width: 26, height: 26, sampling: FULL, progressive: true, restart: 2, longCodes: true },
  {
    width: 18,
    height: 30,
    sampling: [
      [2, 1],
      [1, 1],
      [1, 1],
    ],
    progressive: true,
    orientation: 3,
  },
  { width: 16, height: 24, sampling: [...FULL, [1, 1]], progressive: true, adobe: 2 },
];

/** A marker segment in the file: its marker byte, where it begins and ends, entropy coded data behind it included. */
interface Segment {
  readonly marker: number;
  readonly at: number;
  readonly body: number;
  /** End of the segment, before entropy coded data. */
  readonly dataAt: number;
  readonly end: number;
}

const WORDS = words(
  ...[
    [0xff, 0xd8],
    [0xff, 0xd9],
    [0xff, 0x00],
    [0xff, 0xff],
    [0xff, 0xd0],
    [0xff, 0xd7],
    [0xff, 0x01],
  ],
  ...[
    [0xff, 0xdc, 0, 4, 0, 8],
    [0xff, 0xdd, 0, 4, 0, 1],
    [0xff, 0xc4, 0, 2],
    [0xff, 0xdb, 0, 2],
  ],
  ...[exifSegment(8), exifSegment(9), 'Exif\0\0', 'JFIF\0', 'Adobe'],
);
const MARKERS = [
  ...[0x00, 0x01, 0x02, 0xbf, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xcb, 0xcc],
  ...[0xcd, 0xce, 0xcf, 0xd0, 0xd7, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0, 0xe1, 0xee, 0xf0],
  ...[0xfd, 0xfe, 0xff],
];
const LENGTHS = [0, 1, 2, 3, 4, 7, 8, 11, 17, 18, 19, 66, 67, 131, 132, 255, 256, 0x7fff, 0xffff];
const SIDES = [
  0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 255, 256, 257, 1024, 4096, 32767, 65500, 65501, 65535,
];
const FACTORS = [0x00, 0x11, 0x12, 0x21, 0x22, 0x13, 0x31, 0x14, 0x41, 0x24, 0x42, 0x44, 0x33, 0x15, 0xff];

/** The segments of a file as far as they can be followed. */
function segmentsOf(m: Mutant): Segment[] {
  const list: Segment[] = [];
  let at = 2;
  while (at + 4 <= m.length && list.length < 64) {
    if (m.bytes[at] !== 0xff) break;
    const marker = m.bytes[at + 1]!;
    const dataAt = Math.min(m.length, at + 2 + m.u16(at + 2));
    let end = dataAt;
    if (marker === 0xda) {
      // Entropy coded data goes on to the next marker that is no restart.
      while (end + 1 < m.length) {
        const next = m.bytes[end + 1]!;
        if (m.bytes[end] === 0xff && next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) break;
        end += 1;
      }
      if (end + 1 >= m.length) end = m.length;
    }
    list.push({ marker, at, body: Math.min(at + 4, dataAt), dataAt, end });
    if (end <= at) break;
    at = end;
  }
  return list;
}

const isFrame = (s: Segment) => s.marker >= 0xc0 && s.marker <= 0xc2;
const isScan = (s: Segment) => s.marker === 0xda;

function changeFrame(m: Mutant, random: Random, { body }: Segment): void {
  const components = m.bytes[body + 5]!;
  const which = body + 6 + 3 * (random() % Math.max(1, components));
  switch (random() % 9) {
    case 0:
      m.set16(body + 1, pick(SIDES, random));
      break;
    case 1:
      m.set16(body + 3, pick(SIDES, random));
      break;
    case 2:
      m.set8(body + 5, pick([0, 1, 2, 3, 4, 5, 255], random));
      break;
    case 3:
      m.set8(body, pick([0, 1, 8, 12, 16, 255], random));
      break;
    case 8: {
      // Another count of components, with the segment as long as it then must be.
      const count = random() % 6;
      m.replace(body + 6, 3 * components, new Uint8Array(3 * count).fill(0x11));
      m.set8(body + 5, count);
      m.set16(body - 2, 8 + 3 * count);
      break;
    }
    case 4:
    case 5:
      m.set8(which + 1, pick(FACTORS, random));
      break;
    case 6:
      m.set8(which, random() % 6);
      break;
    default:
      m.set8(which + 2, random() % 6);
  }
}

function changeScan(m: Mutant, random: Random, { body, dataAt }: Segment): void {
  const parameters = Math.max(body, dataAt - 3);
  switch (random() % 6) {
    case 0:
      m.set8(body, random() % 6);
      break;
    case 1:
      m.set8(body + 1 + 2 * (random() % 4), random() % 6);
      break;
    case 2:
      m.set8(body + 2 + 2 * (random() % 4), pick([0, 0x11, 0x01, 0x10, 0x33, 0x44, 0xff], random));
      break;
    case 3:
      m.set8(parameters, pick([0, 1, 5, 62, 63, 64, 255], random));
      break;
    case 4:
      m.set8(parameters + 1, pick([0, 1, 5, 62, 63, 64, 255], random));
      break;
    default:
      m.set8(parameters + 2, pick([0x00, 0x01, 0x10, 0x21, 0x12, 0x0d, 0x0e, 0xed, 0xff], random));
  }
}

function changeTables(m: Mutant, random: Random, { marker, body, dataAt }: Segment): void {
  if (marker === 0xdd) m.set16(body, pick([0, 1, 2, 3, 255, 65535], random));
  else if (random() % 3 === 0)
    m.set8(body, pick([0, 1, 2, 3, 4, 0x10, 0x11, 0x13, 0x20, 0x14, 0xff], random));
  else if (marker === 0xc4 && random() % 2 === 0)
    m.set8(body + 1 + (random() % 16), random() % 4 === 0 ? 255 : random() % 20);
  else if (dataAt > body) m.set8(body + (random() % (dataAt - body)), random());
}

/** One change that knows what it is about. */
function changeStructure(m: Mutant, random: Random, material: Material): void {
  const list = segmentsOf(m);
  if (list.length === 0) return;
  const one = pick(list, random);
  const scans = list.filter(isScan);
  switch (random() % 14) {
    case 0:
      m.insert(pick(list, random).at, m.part(one.at, one.end));
      break;
    case 1:
      m.remove(one.at, one.end - one.at);
      break;
    case 2: {
      const piece = m.part(one.at, one.end);
      m.remove(one.at, one.end - one.at);
      m.insert(Math.min(m.length, pick(list, random).at), piece);
      break;
    }
    case 3: {
      // A segment of another file.
      donor.load(pick(material.seeds, random));
      const from = pick(segmentsOf(donor), random);
      m.insert(one.at, donor.part(from.at, from.end));
      break;
    }
    case 4:
      m.set16(
        one.at + 2,
        random() % 2 === 0 ? pick(LENGTHS, random) : m.u16(one.at + 2) + (random() % 5) - 2,
      );
      break;
    case 5:
      m.set8(one.at + 1, pick(MARKERS, random));
      break;
    case 6:
    case 7:
      for (const frame of list.filter(isFrame)) changeFrame(m, random, frame);
      break;
    case 8:
      if (scans.length > 0) changeScan(m, random, pick(scans, random));
      break;
    case 9:
      changeTables(m, random, pick(list, random));
      break;
    case 10:
      if (scans.length > 0) {
        const { dataAt, end } = pick(scans, random);
        for (let n = 1 + (random() % 4); n > 0; n -= 1) havocOnce(m, random, material, dataAt, end);
      }
      break;
    case 12:
      if (scans.length > 0 && random() % 8 === 0) {
        // Scans over and over.
        const { at, end } = pick(scans, random);
        const piece = m.part(at, Math.min(end, at + 40 + (random() % 200)));
        for (let n = random() % 400; n > 0; n -= 1) m.insert(at, piece);
        if (random() % 2 === 0) for (const frame of list.filter(isFrame)) m.set32(frame.body + 1, 0x04000400);
      }
      break;
    case 11:
      if (scans.length > 0) {
        const { dataAt, end } = pick(scans, random);
        m.insert(dataAt + (random() % (end - dataAt + 1)), Uint8Array.of(0xff, 0xd0 + (random() % 8)));
      }
      break;
    default:
      for (const frame of list.filter(isFrame)) m.set8(frame.at + 1, 0xc0 + (random() % 3));
  }
}

/** A second file to take pieces from. */
const donor = new Mutant();

export const jpeg: Target = {
  name: 'jpeg',
  weight: 32,
  seeds: () => [
    ...PLANS.map((plan, i) => makeJpeg({ seed: i + 1, ...plan })),
    ...conformanceFiles('jpeg', '.jpg'),
  ],
  mutate(m, random, seeds) {
    const material = { seeds, words: WORDS };
    const kind = random() % 4;
    if (kind !== 0) for (let n = 1 + (random() % 3); n > 0; n -= 1) changeStructure(m, random, material);
    if (kind < 2) havoc(m, random, material);
  },
  call: callPicture,
  bound: pictureBound,
  text: imageText,
  statusFiles: ['assembly/codecs/jpeg/errors.ts'],
  unreachable: {
    JPEG_NOT_JPEG: 'codecs/sniff.ts gives the decoder nothing that does not begin with FF D8',
    JPEG_NO_MORE_ROWS: 'is what a whole picture ends with; every one is asked for a row too many',
  },
};
