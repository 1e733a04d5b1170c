/**
 * How often the answer to a frame that looks alike is another one than the graph's: `node dist/scripts/near_duplicates.js`.
 * Frames are windows that move over photographs, with drifting gain and noise, all seeded. Prints a table for docs/engine.md.
 */
import { readFileSync } from 'node:fs';
import { Kernels } from '../host/engine/plugin/kernels.js';
import { createEngine, type Engine, type RawImage } from '../host/index.js';
import { artifact } from '../host/runtimes/artifacts.js';
import { Wasm } from '../host/wasm.js';
import { BenchMachine } from './bench/machine.js';
import { mobileNet } from './bench/models.js';

const SCENES = 24;
const FRAMES = 12;
const [WIDTH, HEIGHT] = [400, 300];
const DISTANCES = [0, 2, 4, 8, 16];
/** Most pixels a frame, most change of the gain, most noise of a sample. */
const DRIFT = 5;
const GAIN = 0.015;
const NOISE = 6;

let state = 20261121;
/** 0 to 1: a linear congruential generator (Numerical Recipes). */
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}
const around = (most: number): number => (random() * 2 - 1) * most;
const within = (value: number, most: number): number => Math.min(Math.max(value, 0), most);

/** Frames of one scene; undefined for a photograph that is too small or not RGB. */
function scene(kernels: Kernels, file: string): RawImage[] | undefined {
  const { bytes, width, height, channels } = kernels.decode(readFileSync(file), false);
  const [roomX, roomY] = [width - WIDTH, height - HEIGHT];
  if (channels !== 3 || roomX < 8 || roomY < 8) return undefined;
  let [x, y, gain] = [random() * roomX, random() * roomY, 1];
  const [stepX, stepY] = [around(DRIFT), around(DRIFT)];
  return Array.from({ length: FRAMES }, () => {
    x = within(x + stepX, roomX);
    y = within(y + stepY, roomY);
    gain *= 1 + around(GAIN);
    const data = new Uint8Array(WIDTH * HEIGHT * 3);
    for (let row = 0; row < HEIGHT; row++) {
      const from = ((row + Math.floor(y)) * width + Math.floor(x)) * 3;
      for (let i = 0; i < WIDTH * 3; i++) {
        const value = (bytes[from + i] ?? 0) * gain + (around(NOISE) + around(NOISE)) / 2;
        data[row * WIDTH * 3 + i] = within(Math.round(value), 255);
      }
    }
    return { data, width: WIDTH, height: HEIGHT };
  });
}

async function frames(): Promise<RawImage[][]> {
  const kernels = new Kernels(new Wasm.Module(readFileSync(artifact('kernels'))));
  const { photographs } = await new BenchMachine((line) => process.stderr.write(`${line}\n`)).pictures();
  const scenes = photographs.flatMap((file) => {
    const made = scene(kernels, file);
    return made === undefined ? [] : [made];
  });
  return scenes.slice(0, SCENES);
}

const best = async (engine: Engine, frame: RawImage) => {
  const { predictions, cached } = await engine.classify(frame, { top: 1 });
  return { class_id: predictions[0]?.class_id, taken: cached !== undefined };
};

const percent = (part: number, whole: number) => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;

const scenes = await frames();
const all = scenes.flat();
const truth: (number | undefined)[] = [];
await using plain = await createEngine({ model: mobileNet(), workers: 1 });
for (const frame of all) truth.push((await best(plain, frame)).class_id);
const print = (line: string) => process.stdout.write(`${line}\n`);
print('| distance | frames taken | of these another best class than the graph’s |');
print('|---|---|---|');
for (const distance of DISTANCES) {
  await using engine = await createEngine({
    model: mobileNet(),
    workers: 1,
    cache: { nearDuplicates: { distance } },
  });
  let [taken, wrong] = [0, 0];
  for (const [i, frame] of all.entries()) {
    const answer = await best(engine, frame);
    if (!answer.taken) continue;
    taken++;
    if (answer.class_id !== truth[i]) wrong++;
  }
  print(`| ${distance} | ${percent(taken, all.length)} | ${percent(wrong, taken)} |`);
}
const changed = truth.filter((class_id, i) => i % FRAMES !== 0 && class_id !== truth[i - 1]).length;
const pairs = all.length - scenes.length;
print(`| the frame before, always | ${percent(pairs, pairs)} | ${percent(changed, pairs)} |`);
