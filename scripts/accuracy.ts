/**
 * Measures the built-in model through edge_infer itself and writes models/cifar10/accuracy.json, its table and the card's `measured`:
 *
 *     npm run accuracy -- --data cifar10_jpeg.tar.gz [--python PYTHON]
 *
 * PYTHON has Pillow and, for the columns beside ours, PyTorch, ONNX Runtime and OpenVINO (scripts/train/requirements.txt).
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import {
  countCorrect,
  extractTestPictures,
  FORMS,
  MODEL,
  type ModelForm,
  type RecordedAccuracy,
} from './accuracy/measure.js';
import { CHECKOUT, sharedData } from './machine/paths.js';
import { referencePython } from './machine/tools.js';

/** What Python counts: `<library> <precision>` to right answers. */
type PythonCounts = Record<string, number>;

const say = (line: string) => process.stderr.write(`${line}\n`);

async function countInPython(python: string, folder: string): Promise<PythonCounts> {
  const script = join(CHECKOUT, 'scripts/train/evaluate.py');
  const { stdout, stderr } = await promisify(execFile)(python, [
    script,
    '--package',
    MODEL,
    '--pictures',
    folder,
  ]);
  if (stderr !== '') say(stderr.trim());
  return JSON.parse(stdout) as PythonCounts;
}

function referenceOf(
  form: ModelForm,
  counts: PythonCounts,
): { reference: string; reference_correct: number } {
  const library = form.encoding === 'onnx' ? 'onnxruntime' : 'openvino';
  const correct = counts[`${library} ${form.precision}`];
  if (correct === undefined)
    throw new Error(
      `Python counted nothing for ${library} ${form.precision}: install scripts/train/requirements.txt`,
    );
  return { reference: `${library} (Python, Pillow)`, reference_correct: correct };
}

function table(recorded: RecordedAccuracy, pytorch: number | undefined): string {
  const percent = (count: number) => `${((100 * count) / recorded.pictures).toFixed(2)} %`;
  const files: Record<string, string> = {
    'onnx fp32': 'model.fp32.onnx',
    'onnx int8': 'model.int8.onnx',
    'openvino fp32': 'model.bin',
  };
  const rows = recorded.forms.map((form) => {
    const bytes = statSync(join(MODEL, files[`${form.encoding} ${form.precision}`] ?? 'model.json')).size;
    return `| ${form.encoding} ${form.precision} | ${bytes.toLocaleString('en')} | ${form.correct} (${percent(form.correct)}) | ${form.runtime} | ${form.reference_correct} | ${form.reference} |`;
  });
  const torch =
    pytorch === undefined ? [] : ['', `PyTorch with the FP32 weights on the same files: ${pytorch}.`];
  return [
    `| form | bytes | right of ${recorded.pictures.toLocaleString('en')}, through edge_infer | runtime | right, reference | reference |`,
    '|---|---|---|---|---|---|',
    ...rows,
    ...torch,
  ].join('\n');
}

/** The card's own `measured` of each graph: what edge-infer served, not what a library promised. */
function writeIntoCard(recorded: RecordedAccuracy): void {
  const file = join(MODEL, 'model.json');
  const card = JSON.parse(readFileSync(file, 'utf8')) as {
    graphs: { encoding: string; precision: string; measured?: unknown }[];
  };
  for (const graph of card.graphs) {
    const form = recorded.forms.find(
      (row) => row.encoding === graph.encoding && row.precision === graph.precision,
    );
    if (form !== undefined)
      graph.measured = { top1: form.correct / recorded.pictures, pictures: recorded.pictures };
  }
  writeFileSync(file, `${JSON.stringify(card, null, 2)}\n`);
}

function writeBetweenMarkers(file: string, text: string): void {
  const before = readFileSync(file, 'utf8');
  const after = before.replace(/(<!-- accuracy:begin -->\n)[\s\S]*?(<!-- accuracy:end -->)/, `$1${text}\n$2`);
  if (!after.includes(text)) throw new Error(`${file} has no accuracy markers`);
  writeFileSync(file, after);
}

async function main(): Promise<void> {
  const shared = sharedData();
  const { values } = parseArgs({ options: { data: { type: 'string' }, python: { type: 'string' } } });
  const archive =
    values.data ?? (shared === undefined ? undefined : join(shared, 'images/cifar10_jpeg.tar.gz'));
  const python = values.python ?? referencePython();
  if (archive === undefined || python === undefined) {
    throw new Error('usage: npm run accuracy -- --data cifar10_jpeg.tar.gz --python PYTHON');
  }
  const folder = mkdtempSync(join(tmpdir(), 'edge-infer-accuracy-'));
  try {
    const pictures = await extractTestPictures(resolve(archive), folder);
    say(`${pictures.length} test pictures; counting in Python ...`);
    const counts = await countInPython(python, folder);
    const forms = [];
    for (const form of FORMS) {
      const { correct } = await countCorrect(form, pictures, (done) =>
        say(`${form.encoding} ${form.precision}: ${done}`),
      );
      forms.push({ ...form, correct, ...referenceOf(form, counts) });
    }
    const recorded: RecordedAccuracy = { pictures: pictures.length, forms };
    writeFileSync(join(MODEL, 'accuracy.json'), `${JSON.stringify(recorded, null, 2)}\n`);
    writeIntoCard(recorded);
    const text = table(recorded, counts['pytorch fp32']);
    writeBetweenMarkers(join(MODEL, 'README.md'), text);
    process.stdout.write(`${text}\n`);
    const different = forms.filter((form) => form.correct !== form.reference_correct);
    if (different.length > 0) {
      say(
        `differs from the reference: ${different.map((form) => `${form.encoding} ${form.precision}`).join(', ')}`,
      );
      process.exitCode = 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
