/** Memory: of a large photograph, whose rows are streamed, and of a process that goes on and on. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { trendOf } from '../../../host/bench/statistics.js';
import { artifact } from '../../../host/runtimes/artifacts.js';
import { CHECKOUT } from '../../machine/paths.js';
import type { BenchCase, BenchRow } from '../case.js';
import { sha256 } from '../compare.js';
import type { BenchMachine } from '../machine.js';
import { cardFile } from '../models.js';
import type { EnduranceReport } from '../worker/endurance.js';
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

const INFERENCES = 20_000;
const WORKERS = 2;
const SAMPLES = 100;
/** Of the whole run: a request that left its smallest tensor behind would be 234 MiB. */
const MOST_GROWTH = 4 * MEBIBYTE;

/** Growth of the resident memory over many inferences, by the line of least squares. */
async function endurance(machine: BenchMachine): Promise<BenchRow[]> {
  const program = join(CHECKOUT, 'dist/scripts/bench/worker/endurance.js');
  const args = ['--expose-gc', program, ...[INFERENCES, WORKERS, SAMPLES].map(String)];
  const { stdout } = await promisify(execFile)(await machine.node(), args);
  const { samples, wrong, hash, ms } = JSON.parse(stdout) as EnduranceReport;
  const { slope, low, high } = trendOf(samples);
  const growth = Math.max(0, Math.round(slope * INFERENCES));
  const last = samples.at(-1)?.[1] ?? 0;
  return [
    {
      case: 'memory/endurance',
      subject: 'edge-infer, growth of the resident memory',
      rival: 'the process’s resident memory',
      ours_ms: null,
      rival_ms: null,
      ratio: Number((growth / last).toPrecision(3)),
      hash,
      hash_equal: null,
      ours_bytes: growth,
      rival_bytes: last,
      goal: `<= ${MOST_GROWTH / MEBIBYTE} MiB`,
      goal_met: wrong === 0 && (low <= 0 || growth <= MOST_GROWTH),
      note:
        `${slope.toFixed(1)} bytes an inference, 95 % confidence interval ${low.toFixed(1)} to ${high.toFixed(1)}; ` +
        `${wrong} wrong answers; ${Math.round(INFERENCES / (ms / 1000))} inferences a second`,
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
  {
    id: 'memory/endurance',
    title: `${INFERENCES.toLocaleString('en')} inferences in ${WORKERS} workers, built-in model, memory`,
    per: 'a run',
    rows: endurance,
  },
];
