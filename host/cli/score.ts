/** `edge-infer score`: features from a NumPy file through a model of the task `raw`, in Node. */
import type { Command } from 'commander';
import { createEngine } from '../engine/engine.js';
import { usage } from '../engine/failures.js';
import type { Features } from '../engine/score.js';
import { EXIT } from '../errors.js';
import { loadPackage } from '../models/package.js';
import { readNpy } from '../parity/npy.js';
import { print } from './output.js';

interface ScoreOptions {
  model: string;
  top: string;
  json?: true;
}

/** Adds the command to the program. `done` gets the exit code. */
export function addScore(program: Command, done: (exitCode: number) => void): void {
  program
    .command('score')
    .description('score features that were made elsewhere: keywords, anomalies')
    .argument('<FEATURES.npy>', 'NumPy file of f32, i8 or u8: one vector of features, or one a row')
    .requiredOption('--model <DIR|NAME>', 'folder with a model.json of the task raw')
    .option('--top <N>', 'how many classes', '5')
    .option('--json', 'one JSON object a vector, one a line')
    .addHelpText('after', '\nExample:\n  $ edge-infer score spectrogram.npy --model ./keywords --top 1')
    .action(async (file: string, options: ScoreOptions) => done(await score(file, options)));
}

async function score(file: string, { model, top, json }: ScoreOptions): Promise<number> {
  const most = Number(top);
  if (!Number.isInteger(most) || most < 1) throw usage(`bad --top (${top})`, 'give a whole number above 0');
  const { card } = loadPackage(model);
  const count = [card.input].flat()[0]?.shape.reduce((product, side) => product * side, 1) ?? 1;
  const { values, dtype } = await readNpy(file);
  const errors: number[] = [];
  const engine = await createEngine({ model, workers: 1 });
  try {
    for (let at = 0; at < values.length; at += count) {
      const row = values.subarray(at, at + count);
      const features: Features =
        dtype === 'i8' ? Int8Array.from(row) : dtype === 'u8' ? Uint8Array.from(row) : Float32Array.from(row);
      const { scores, predictions, reconstruction_error: error } = await engine.score(features);
      const best = predictions.slice(0, most);
      if (error !== undefined) errors.push(error);
      if (json) {
        const own = error === undefined ? {} : { reconstruction_error: error };
        const rest =
          best.length > 0 ? { predictions: best } : error === undefined ? { scores: [...scores] } : {};
        print(JSON.stringify({ row: at / count, ...rest, ...own }));
      } else if (error !== undefined) print(`reconstruction error  ${error.toFixed(6)}`);
      else if (best.length === 0) print([...scores].join(' '));
      else
        for (const { label, class_id, confidence } of best)
          print(`${label || class_id}  ${(confidence * 100).toFixed(2)} %`);
    }
  } finally {
    await engine.close();
  }
  if (errors.length > 1 && !json) {
    print(
      `mean of ${errors.length}  ${(errors.reduce((sum, error) => sum + error, 0) / errors.length).toFixed(6)}`,
    );
  }
  return EXIT.ok;
}
