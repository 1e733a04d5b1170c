/** Decoding alone: file bytes to RGB pixels. */
import { artifact } from '../../../host/runtimes/artifacts.js';
import type { Goal, SubjectSpec, TimedCase } from '../case.js';
import { u8Difference } from '../compare.js';
import type { Pictures } from '../pictures.js';
import { nodeSubject, pythonSubject } from '../worker_subject.js';

type Pick = (pictures: Pictures) => string[];

function decodeCase(id: string, title: string, pick: Pick, goal: Goal, rounds?: number): TimedCase {
  const sharpOpens: SubjectSpec['open'] = async (machine) =>
    nodeSubject(machine, {
      subject: 'sharp.decode',
      params: { rivals: await machine.nodeRivals(), files: pick(await machine.pictures()) },
    });
  const inPython =
    (subject: string): SubjectSpec['open'] =>
    async (machine) =>
      pythonSubject(machine, { subject, params: { files: pick(await machine.pictures()) } });
  return {
    id: `decode/${id}`,
    title,
    per: 'a picture',
    ...(rounds === undefined ? {} : { rounds }),
    ours: {
      name: 'edge-infer',
      open: async (machine) =>
        nodeSubject(machine, {
          subject: 'module.decode',
          params: { wasm: artifact('kernels'), files: pick(await machine.pictures()) },
        }),
    },
    rivals: [
      { name: 'Pillow (Python)', open: inPython('decode_pillow'), goal },
      {
        name: 'OpenCV (Python)',
        open: inPython('decode_opencv'),
        differs: { why: 'OpenCV chooses its own decoder settings', compare: u8Difference },
      },
      {
        name: 'sharp',
        open: sharpOpens,
        differs: { why: 'sharp turns embedded colour profiles into sRGB', compare: u8Difference },
      },
    ],
  };
}

export const DECODE_CASES: readonly TimedCase[] = [
  decodeCase('jpeg-500x375', 'JPEG, baseline, 500 x 375', ({ jpeg }) => jpeg, { ratio: 1.7 }),
  decodeCase('jpeg-12mp', 'JPEG, baseline, 12 megapixels', ({ large }) => [large], { ratio: 1.7 }, 11),
  decodeCase('jpeg-progressive', 'JPEG, progressive, 500 x 375', ({ progressive }) => progressive, {
    ratio: 2.2,
  }),
  decodeCase('png-photo', 'PNG of a photograph, 500 x 375', ({ png }) => png, { ratio: 2 }),
];
