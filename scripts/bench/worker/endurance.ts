/**
 * A process that classifies pictures of many sizes with the built-in model and watches its memory.
 *
 *   node --expose-gc endurance.js INFERENCES WORKERS SAMPLES -> {"samples":[[inferences, resident bytes], ...],"wrong","hash","ms"}
 *
 * 5,000 inferences go before, unseen: compilers and heaps have settled by then.
 */
import { createHash } from 'node:crypto';
import { createEngine, type RawImage } from '../../../host/index.js';

const KINDS = 16;
const SETTLING = 5000;

/** What the process prints. */
export interface EnduranceReport {
  samples: [inferences: number, rss: number][];
  /** Answers that were not those of the first time. */
  wrong: number;
  /** SHA-256 over the hashes of the tensors. */
  hash: string;
  ms: number;
}

/** Gradients of 16 sizes, from 20 x 40 to 500 x 280. */
function pictures(): RawImage[] {
  return Array.from({ length: KINDS }, (_, kind) => {
    const [width, height] = [20 + kind * 32, 40 + kind * 16];
    const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * (kind + 3)) >> 4);
    return { data, width, height };
  });
}

async function endure(inferences: number, workers: number, samples: number): Promise<EnduranceReport> {
  const begun = performance.now();
  await using engine = await createEngine({ workers });
  await engine.warm();
  const given = pictures();
  const wanted: string[] = [];
  for (const picture of given) wanted.push((await engine.classify(picture)).input_sha256);
  const collect = (globalThis as { gc?: () => void }).gc;
  let done = 0;
  let wrong = 0;
  const until = async (count: number) => {
    const client = async () => {
      while (done < count) {
        const kind = done++ % KINDS;
        const { input_sha256, predictions } = await engine.classify(given[kind] as RawImage);
        if (input_sha256 !== wanted[kind] || predictions.length !== 5) wrong++;
      }
    };
    await Promise.all(Array.from({ length: workers * 4 }, client));
  };
  await until(SETTLING);
  const before = done;
  const report: EnduranceReport['samples'] = [];
  for (let sample = 1; sample <= samples; sample++) {
    await until(before + Math.round((inferences * sample) / samples));
    collect?.();
    report.push([done - before, process.memoryUsage.rss()]);
  }
  const hash = createHash('sha256').update(wanted.join('')).digest('hex');
  return { samples: report, wrong, hash, ms: performance.now() - begun };
}

const [inferences, workers, samples] = process.argv.slice(2).map(Number) as [number, number, number];
process.stdout.write(`${JSON.stringify(await endure(inferences, workers, samples))}\n`);
