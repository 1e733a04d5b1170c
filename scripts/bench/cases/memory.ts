/** Linear memory of a large photograph: rows are streamed, so that the picture is never whole in it. */
import { readFileSync } from 'node:fs';
import { artifact } from '../../../host/runtimes/artifacts.js';
import type { BenchCase, BenchRow } from '../case.js';
import { sha256 } from '../compare.js';
import type { BenchMachine } from '../machine.js';
import { cardFile } from '../models.js';
import { Guest } from '../worker/guest.js';

const MEBIBYTE = 2 ** 20;
const MOST = 8 * MEBIBYTE;

async function rows(machine: BenchMachine): Promise<BenchRow[]> {
  const { large, large_size } = await machine.pictures();
  const file = readFileSync(large);
  const guest = await Guest.load(artifact('kernels'));
  guest.openCard(cardFile(machine));
  const result = (guest.call.edge_preprocess?.(guest.put(file), file.length, 0, 0, 0) ?? 0) >>> 0;
  guest.check(result);
  const [tensor = 0, length = 0] = guest.words(result, 28, 32);
  const beyond = guest.memory.buffer.byteLength - file.length;
  const [width, height] = large_size;
  const whole = width * height * 3;
  return [
    {
      case: 'memory/jpeg-12mp',
      subject: 'edge-infer, linear memory beyond the file',
      rival: 'the decoded picture, RGB',
      ours_ms: null,
      rival_ms: null,
      ratio: Number((beyond / whole).toPrecision(3)),
      hash: sha256(guest.bytes(tensor, length)),
      hash_equal: null,
      ours_bytes: beyond,
      rival_bytes: whole,
      goal: `<= ${MOST / MEBIBYTE} MiB`,
      goal_met: beyond <= MOST,
      note: `${width} x ${height}, file of ${file.length.toLocaleString('en')} bytes`,
    },
  ];
}

export const MEMORY_CASES: readonly BenchCase[] = [
  {
    id: 'memory/jpeg-12mp',
    title: 'JPEG of 12 megapixels to a tensor 224 x 224 x 3, memory',
    per: 'a picture',
    rows,
  },
];
