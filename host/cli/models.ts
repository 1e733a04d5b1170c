/** `edge-infer models list|inspect|verify`. */
import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { EXIT } from '../errors.js';
import type { CardInput, CardOutput, ModelCard } from '../models/card.js';
import { importTextModel } from '../models/import_text.js';
import {
  builtinModelNames,
  cardPlugins,
  loadPackage,
  requireVerified,
  verifyPackage,
} from '../models/package.js';
import { addDetectorFlags, type DetectorFlags, importDetectorGraph } from './import_detector.js';
import { print, table } from './output.js';

interface JsonOption {
  json?: true;
}

/** Adds the commands to the program. `done` gets the exit code. */
export function addModels(program: Command, done: (exitCode: number) => void): void {
  const models = program.command('models').description('list, inspect and verify model packages');
  models
    .command('list')
    .description('the models that come with edge-infer')
    .option('--json', 'one JSON object a model, one a line')
    .action((options: JsonOption) => done(list(options)));
  models
    .command('inspect')
    .description("show a model's card")
    .argument('<DIR|NAME>', 'folder with model.json, or a built-in model')
    .option('--json', 'the card as JSON')
    .action((model: string, options: JsonOption) => done(inspect(model, options)));
  const importing = models
    .command('import')
    .description(
      'make a package of a Hugging Face folder with an ONNX model for texts (BERT, DistilBERT, sentence-transformers), or of the ONNX or TFLite graph of a detector',
    )
    .argument(
      '<FOLDER|GRAPH>',
      'folder with config.json, a tokenizer and model.onnx or onnx/model.onnx; or a file',
    )
    .requiredOption('--out <DIR>', 'folder to make; it must not be there')
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      `
A graph does not say how its pictures were made: check colour, fit and normalisation with edge-infer parity.

Examples:
  $ edge-infer models import ./all-MiniLM-L6-v2 --out ./minilm
  $ edge-infer models import faces.onnx --out ./faces --labels labels.txt --mean 127,127,127 --std 128,128,128`,
    )
    .action((from: string, options: DetectorFlags) => {
      const isFile = statSync(from, { throwIfNoEntry: false })?.isFile() === true;
      done(isFile ? importDetectorGraph(from, options) : importModel(from, options));
    });
  addDetectorFlags(importing);
  models
    .command('verify')
    .description('check every file against the card: inside the package, size, SHA-256')
    .argument('<DIR|NAME>', 'folder with model.json, or a built-in model')
    .option('--json', 'one JSON object')
    .addHelpText('after', '\nExample:\n  $ edge-infer models verify ./my-model')
    .action(async (model: string, options: JsonOption) => done(await verify(model, options)));
}

function importModel(folder: string, options: { out: string; json?: true }): number {
  const { card, root } = importTextModel(folder, options.out);
  if (options.json) print(JSON.stringify({ folder: root, name: card.name, task: card.task }));
  else for (const line of table(describe(card, root))) print(line);
  return EXIT.ok;
}

function list(options: JsonOption): number {
  const cards = builtinModelNames().map((name) => loadPackage(name).card);
  if (options.json) {
    for (const { name, version, task, license, description } of cards) {
      print(JSON.stringify({ name, version, task, license, description }));
    }
    return EXIT.ok;
  }
  const rows = cards.map((card) => [card.name, card.version, card.task, card.description ?? '']);
  for (const line of table([['NAME', 'VERSION', 'TASK', 'DESCRIPTION'], ...rows])) print(line);
  return EXIT.ok;
}

function inspect(model: string, options: JsonOption): number {
  const { card, root } = loadPackage(model);
  if (options.json) {
    print(JSON.stringify(card));
    return EXIT.ok;
  }
  for (const line of table(describe(card, root))) print(line);
  return EXIT.ok;
}

const asArray = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

function describe(card: ModelCard, root: string): string[][] {
  const rows = [
    ['name', `${card.name} ${card.version}`],
    ['task', card.task],
    ['license', card.license ?? 'not given'],
    ['folder', root],
  ];
  if (card.description !== undefined) rows.push(['description', card.description]);
  for (const input of asArray<CardInput>(card.input)) rows.push(['input', describeInput(input)]);
  for (const output of asArray<CardOutput>(card.output)) {
    const labels = output.labels === undefined ? '' : `, labels in ${output.labels}`;
    rows.push(['output', `${output.name}: ${output.dtype} ${output.kind}${labels}`]);
  }
  for (const { side, plugin } of cardPlugins(card)) {
    const { path, bytes, limits } = plugin;
    const limit = `at most ${(limits.memory_bytes / 2 ** 20).toFixed(1)} MiB of memory and ${limits.ms} ms a call`;
    rows.push(['plug-in', `${side}: ${path} (${bytes} bytes), ${limit}`]);
  }
  for (const graph of card.graphs) {
    const bytes = graph.files.reduce((sum, file) => sum + file.bytes, 0);
    const files = graph.files.map((file) => file.path).join(', ');
    rows.push(['graph', `${graph.encoding} ${graph.precision}: ${files} (${(bytes / 1e6).toFixed(2)} MB)`]);
  }
  return rows;
}

function describeInput(input: CardInput): string {
  const parts = [`${input.name}: ${input.dtype} ${input.shape.join('x')}`];
  if (input.layout !== undefined) parts.push(input.layout);
  if (input.color !== undefined) parts.push(input.color);
  const resize = input.resize;
  if (resize !== undefined) {
    const size = resize.shortest ?? (resize.size ?? resize.letterbox?.size)?.join('x');
    const crop = resize.crop === undefined ? '' : `, crop ${resize.crop.join('x')}`;
    parts.push(`resize ${resize.profile} ${resize.filter} to ${size}${crop}`);
  }
  return parts.join(', ');
}

async function verify(model: string, options: JsonOption): Promise<number> {
  const pkg = loadPackage(model);
  const checks = await verifyPackage(pkg);
  const ok = checks.every((check) => check.status === 'ok');
  if (options.json && ok) {
    print(JSON.stringify({ name: pkg.card.name, version: pkg.card.version, ok, files: checks }));
  } else if (!options.json) {
    for (const line of table(checks.map((check) => [check.status, check.path, check.detail ?? ''])))
      print(line);
  }
  if (!ok) await requireVerified(pkg);
  return EXIT.ok;
}
