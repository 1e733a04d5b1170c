/** Texts to ids: ours against Hugging Face's `tokenizers` (Rust, in Python). */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOKENIZERS } from '../../../tests/support/token_cases.js';
import { PARAGRAPH } from '../../../tests/support/token_texts.js';
import type { BenchCase } from '../case.js';
import type { BenchMachine } from '../machine.js';
import { nodeSubject, pythonSubject } from '../worker_subject.js';

/** Characters of the text: the paragraph again and again, no two alike. */
const PARAGRAPHS = 400;

function files(machine: BenchMachine, name: string): { tokenizer: string; text: string } {
  const folder = machine.folder('texts');
  const tokenizer = join(folder, `${name}.json`);
  const text = join(folder, 'text.txt');
  writeFileSync(tokenizer, TOKENIZERS[name]?.() ?? '');
  const paragraphs = Array.from({ length: PARAGRAPHS }, (_, i) => `${i * 7919}. ${PARAGRAPH}`);
  writeFileSync(text, paragraphs.join('\n'));
  return { tokenizer, text };
}

const tokenize = (id: string, name: string, what: string): BenchCase => ({
  id: `text/${id}`,
  title: `${what}: ${PARAGRAPHS} paragraphs in ten languages to ids`,
  per: 'a text',
  ours: {
    name: 'edge-infer',
    open: async (machine) => nodeSubject(machine, { subject: 'text.tokenize', params: files(machine, name) }),
  },
  rivals: [
    {
      name: 'tokenizers (Rust, from Python)',
      goal: { ratio: 1 },
      open: async (machine) =>
        pythonSubject(
          machine,
          { subject: 'tokenize_hugging_face', params: files(machine, name) },
          await machine.textPython(),
        ),
    },
  ],
});

export const TEXT_CASES: readonly BenchCase[] = [
  tokenize('wordpiece', 'bert uncased', 'WordPiece, uncased'),
  tokenize('byte-bpe', 'gpt2', 'byte-level BPE, GPT-2'),
];
