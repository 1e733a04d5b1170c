/** `edge-infer text embed|classify|search|generate|tokenize`. */

import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { EdgeInferError, EXIT } from '../errors.js';
import { loadPackage } from '../models/package.js';
import { createTextEngine, type GenerateOptions, type TextEngine } from '../text/text_engine.js';
import { createTokenizer } from '../text/tokenizer.js';
import { print, writeAll } from './output.js';

interface Options {
  model: string;
  json?: true;
}

/** A number of the command line. @throws EdgeInferError `USAGE_INVALID` (exit 2) */
function numberOf(flag: string, least: number, whole: boolean): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= least && (whole ? Number.isInteger(value) : Number.isFinite(value)))
      return value;
    throw new EdgeInferError({
      code: 'USAGE_INVALID',
      message: `${flag} must be a ${whole ? 'whole ' : ''}number of at least ${least}, not '${text}'`,
      exitCode: EXIT.usage,
    });
  };
}

/** Adds the commands to the program. `done` gets the exit code. */
export function addText(program: Command, done: (exitCode: number) => void): void {
  const text = program
    .command('text')
    .description('vectors, labels, search, tokens of texts; and written texts');
  const command = (name: string, what: string, model: string) =>
    text
      .command(name)
      .description(what)
      .requiredOption('--model <DIR>', model)
      .option('--json', 'one JSON object a text, one a line');
  const folder = 'package of the task text (edge-infer models import makes one)';
  const top = ['--top <N>', 'how many answers', numberOf('--top', 1, true), 5] as const;

  command('embed', 'the vector of each text', folder)
    .argument('<TEXT...>', 'texts')
    .action(async (texts: string[], options: Options) => done(await embed(texts, options)));
  command('classify', 'the classes of each text', folder)
    .argument('<TEXT...>', 'texts')
    .option(...top)
    .action(async (texts: string[], options: Options & { top: number }) =>
      done(await classify(texts, options)),
    );
  command('search', 'the texts nearest to a query', folder)
    .argument('<QUERY>', 'what is looked for')
    .argument('<TEXT...>', 'the texts among which it is looked for')
    .option(...top)
    .addHelpText(
      'after',
      "\nExample:\n  $ edge-infer text search --model ./minilm 'a pet' 'the cat sleeps' 'it rains'",
    )
    .action(async (query: string, texts: string[], options: Options & { top: number }) =>
      done(await search(query, texts, options)),
    );
  command('tokenize', 'the tokens of each text', 'package of the task text, or a folder with a tokenizer')
    .argument('<TEXT...>', 'texts')
    .action(async (texts: string[], options: Options) => done(await tokenize(texts, options)));
  command('generate', 'go on with a text, written out while it is made', 'GGUF file, or a package with one')
    .argument('<PROMPT>', 'how the text begins')
    .option('--max-tokens <N>', 'most tokens', numberOf('--max-tokens', 1, true))
    .option('--temperature <T>', '0: the likeliest token each time', numberOf('--temperature', 0, false))
    .option('--seed <N>', 'the same seed gives the same text', numberOf('--seed', 0, true))
    .option('--stop <TEXT>', 'the text ends before this')
    .addHelpText(
      'after',
      "\nExample:\n  $ edge-infer text generate --model stories.gguf --max-tokens 60 'Once upon a time'",
    )
    .action(async (prompt: string, options: Options & GenerateOptions) =>
      done(await generate(prompt, options)),
    );
}

async function withEngine(options: Options, body: (engine: TextEngine) => Promise<void>): Promise<number> {
  const engine = await createTextEngine({ model: options.model });
  try {
    await body(engine);
  } finally {
    await engine.close();
  }
  return EXIT.ok;
}

async function embed(texts: readonly string[], options: Options): Promise<number> {
  return await withEngine(options, async (engine) => {
    const vectors = await engine.embed(texts);
    for (const [i, vector] of vectors.entries()) {
      const values = Array.from(vector);
      print(options.json ? JSON.stringify({ text: texts[i], vector: values }) : values.join(' '));
    }
  });
}

async function classify(texts: readonly string[], options: Options & { top: number }): Promise<number> {
  return await withEngine(options, async (engine) => {
    for (const text of texts) {
      const predictions = await engine.classify(text, { top: options.top });
      if (options.json) print(JSON.stringify({ text, predictions }));
      else
        for (const { label, confidence } of predictions)
          print(`${(confidence * 100).toFixed(2)} %  ${label}`);
    }
  });
}

async function search(
  query: string,
  texts: readonly string[],
  options: Options & { top: number },
): Promise<number> {
  return await withEngine(options, async (engine) => {
    const hits = await engine.search(query, texts, { top: options.top });
    for (const { index, score } of hits) {
      const text = texts[index];
      print(options.json ? JSON.stringify({ index, score, text }) : `${score.toFixed(4)}  ${text}`);
    }
  });
}

async function tokenize(texts: readonly string[], options: Options): Promise<number> {
  // A folder need not be a package to have a tokenizer.
  const isPackage = existsSync(path.join(options.model, 'model.json'));
  const folder = isPackage ? loadPackage(options.model).root : options.model;
  const tokenizer = await createTokenizer(folder);
  for (const text of texts) {
    const { ids } = tokenizer.encode(text);
    const tokens = Array.from(ids, (id) => tokenizer.token(id));
    print(options.json ? JSON.stringify({ text, ids: [...ids], tokens }) : tokens.join(' '));
  }
  return EXIT.ok;
}

async function generate(prompt: string, options: Options & GenerateOptions): Promise<number> {
  return await withEngine(options, async (engine) => {
    let text = '';
    for await (const piece of engine.generate(prompt, options)) {
      text += piece;
      if (!options.json) writeAll(1, piece);
    }
    if (options.json) print(JSON.stringify({ prompt, text }));
    else writeAll(1, '\n');
  });
}
