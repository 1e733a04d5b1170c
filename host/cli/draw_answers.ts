/** `--annotate` and `--mask`: the guest answers in JSON and a mask in a file; pictures are written here. */
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { annotate, encodePng } from '../annotate/index.js';
import type { Classification, Detection, Segmentation } from '../engine/results.js';
import { EdgeInferError, EXIT, messageOf } from '../errors.js';
import type { CardInput } from '../models/card.js';
import { loadPackage } from '../models/package.js';
import { Kernels } from '../parity/kernels.js';
import { parseNpy } from '../parity/npy.js';
import { print } from './output.js';
import type { Sandbox } from './sandbox.js';

/** What is to be written, of one picture. */
export interface Drawing {
  task: 'classify' | 'detect' | 'segment' | 'embed';
  /** Folder or name of the model. */
  model: string;
  /** Path of the picture. */
  image: string;
  annotate: string | undefined;
  mask: string | undefined;
  /** The answer is printed as JSON. */
  json: boolean;
}

/** Runs the guest with more flags and its standard output at a descriptor; gives its exit code. */
type RunGuest = (more: readonly string[], stdout: number) => Promise<number>;

type Answer = (Classification | Detection | Omit<Segmentation, 'mask'>) & {
  mask?: { width: number; height: number };
};

/** Runs the guest, prints its answer and writes the pictures; the exit code. */
export async function runAndDraw(drawing: Drawing, sandbox: Sandbox, run: RunGuest): Promise<number> {
  const answerFile = sandbox.textFile('answer.json', '');
  const maskFile = sandbox.textFile('mask.npy', '');
  const stdout = openSync(answerFile, 'w');
  let exitCode: number;
  try {
    exitCode = await run(drawing.task === 'segment' ? ['--out', maskFile] : [], stdout);
  } finally {
    closeSync(stdout);
  }
  const text = readFileSync(answerFile, 'utf8').trimEnd();
  if (exitCode !== EXIT.ok) {
    if (drawing.json) print(text);
    else throw asError(text, exitCode);
    return exitCode;
  }
  const answer = JSON.parse(text) as Answer;
  const mask = drawing.task === 'segment' ? readMask(maskFile) : undefined;
  if (drawing.mask !== undefined && mask !== undefined)
    write(drawing.mask, encodePng({ ...mask, channels: 1 }));
  if (drawing.annotate !== undefined) {
    const picture = await decode(drawing);
    const drawable = (mask === undefined ? answer : { ...answer, mask }) as Classification;
    write(drawing.annotate, encodePng(annotate(picture, drawable)));
  }
  if (drawing.json) print(text);
  else for (const line of linesOf(answer)) print(line);
  return EXIT.ok;
}

/** The guest's error, of which the answer is all. */
function asError(text: string, exitCode: number): EdgeInferError {
  const { error } = JSON.parse(text) as { error: { code: string; message: string; hint?: string } };
  return new EdgeInferError({
    code: error.code,
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    exitCode: exitCode as 2,
  });
}

function readMask(file: string) {
  const { shape, values, dtype } = parseNpy(readFileSync(file), file);
  const [height = 0, width = 0] = shape;
  const data = dtype === 'u8' ? Uint8Array.from(values) : Uint16Array.from(values);
  return { width, height, data };
}

async function decode({ image, model }: Drawing) {
  const input = [loadPackage(model).card.input].flat()[0] as CardInput;
  const kernels = await Kernels.create();
  const { bytes, width, height, layout } = kernels.decode(
    readFileSync(image),
    input.orientation === 'stored',
  );
  return { data: bytes, width, height, channels: layout };
}

function write(file: string, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes);
  } catch (cause) {
    throw new EdgeInferError({
      code: 'INPUT_OUT_UNWRITABLE',
      message: `cannot write the picture (${file}): ${messageOf(cause)}`,
      hint: 'give a path in a folder that can be written',
      exitCode: EXIT.input,
      cause,
    });
  }
}

function linesOf(answer: Answer): string[] {
  const rows = answer.predictions.map((row) => {
    const share = 'area' in row ? row.area : row.confidence;
    const box = 'box' in row ? `  ${row.box.map((x) => x.toFixed(1)).join(' ')}` : '';
    return `${row.label || `class ${row.class_id}`}  ${(share * 100).toFixed(2)} %${box}`;
  });
  const { decode: decoding, preprocess, infer, postprocess } = answer.timings;
  const times = [
    `decode ${decoding.toFixed(1)} ms`,
    `preprocess ${preprocess.toFixed(1)} ms`,
    `infer ${infer.toFixed(1)} ms`,
    `postprocess ${postprocess.toFixed(1)} ms`,
  ].join(', ');
  return [...(rows.length > 0 ? rows : ['nothing reaches the threshold']), times];
}
