/** The GGML backend, with the words of WasmEdge's plug-in: prompt and options in, text and metadata out. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readGgmlOptions } from '../../host/wasi-nn/backends/ggml_options.js';
import { withImpliedTypes } from '../../host/wasi-nn/backends/json_schema.js';
import { graphFromFiles } from '../../host/wasi-nn/index.js';
import { must, RawGuest } from '../support/raw_guest.js';
import { llama, testData, testWith } from '../support/requirements.js';

const STORIES = 'models/stories260K_gguf/stories260K.gguf';
const PROMPT = 'Once upon a time';
const STORY = ', there was a little girl named Lily. She loved to play outside in the park.';
const [END_OF_SEQUENCE, CONTEXT_FULL, PROMPT_TOO_LONG] = [100, 101, 102];

class Writer extends RawGuest {
  /** A context on the named graph `story`, its graph loaded with options. */
  begin(options: object): number {
    const out = this.alloc(4, 4);
    must(
      this.call(
        'load_by_name_with_config',
        ...this.putText('story'),
        ...this.putText(JSON.stringify(options)),
        out,
      ),
      this.nn,
    );
    must(this.call('init_execution_context', this.view.getUint32(out, true), out), this.nn);
    return this.view.getUint32(out, true);
  }

  /** Sets a text as guests do: type u8 in old numbering, dimensions [1]. */
  set(context: number, index: number, text: string): void {
    const [at, length] = this.putText(text);
    must(this.call('set_input', context, index, this.tensor(2, [1], at, length)), this.nn);
  }

  /** Tokens of prompt and answer, from the metadata. */
  tokens(context: number): [number, number] {
    const metadata = JSON.parse(this.text(context, 1));
    assert.ok(Number.isInteger(metadata.llama_build_number));
    assert.match(metadata.llama_commit, /^[bv]\d/, 'which llama.cpp it is');
    return [metadata.input_tokens, metadata.output_tokens];
  }

  text(context: number, index: number): string {
    const { errno, written, bytes } = this.output(context, index, 8192);
    assert.equal(errno, 0, this.nn.lastError());
    return new TextDecoder().decode(bytes.subarray(0, written));
  }
}

const writerOn = (data: string) =>
  new Writer({ graphs: { story: graphFromFiles('ggml', [join(data, STORIES)]) } });

testWith('a whole text, and the same text token by token', { data: testData, llama }, ({ data }) => {
  const guest = writerOn(data);
  const context = guest.begin({ temp: 0, 'n-predict': 30, 'ctx-size': 128, 'enable-log': true });
  guest.set(context, 0, PROMPT);
  must(guest.call('compute', context), guest.nn);
  const whole = guest.text(context, 0);
  assert.ok(whole.startsWith(STORY), whole);
  assert.deepEqual(guest.tokens(context), [5, 30]);
  let streamed = '';
  let pieces = 0;
  for (;;) {
    const errno = guest.call('compute_single', context);
    if (errno === END_OF_SEQUENCE) break;
    must(errno, guest.nn);
    const out = guest.alloc(4, 4);
    const buffer = guest.alloc(256);
    must(guest.call('get_output_single', context, 0, buffer, 256, out), guest.nn);
    const length = guest.view.getUint32(out, true);
    streamed += new TextDecoder().decode(new Uint8Array(guest.memory.buffer).slice(buffer, buffer + length));
    pieces++;
  }
  assert.equal(streamed, whole);
  assert.equal(pieces, 30);
  // After the end get_output gives all that was written, until fini_single.
  assert.equal(guest.text(context, 0), whole);
  assert.deepEqual(guest.tokens(context), [5, 30]);
  must(guest.call('fini_single', context), guest.nn);
  assert.equal(guest.text(context, 0), '');
  guest.nn.close();
});

testWith(
  'options of input 1 come before those of the graph; a full context says so',
  { data: testData, llama },
  ({ data }) => {
    const guest = writerOn(data);
    const context = guest.begin({ temp: 0, 'ctx-size': 24 });
    guest.set(context, 0, PROMPT);
    assert.equal(guest.call('compute', context), CONTEXT_FULL);
    assert.ok(STORY.startsWith(guest.text(context, 0).slice(0, 40)), 'what was made before is there');
    guest.set(context, 1, JSON.stringify({ 'n-predict': 4 }));
    must(guest.call('compute', context), guest.nn);
    assert.equal(JSON.parse(guest.text(context, 1)).output_tokens, 4);
    guest.set(context, 1, JSON.stringify({ 'reverse-prompt': 'little', 'ctx-size': 64 }));
    must(guest.call('compute', context), guest.nn);
    assert.equal(guest.text(context, 0), ', there was a ');
    guest.set(context, 0, 'one two three four five six seven eight nine ten eleven twelve thirteen');
    guest.set(context, 1, '{}');
    assert.equal(guest.call('compute', context), PROMPT_TOO_LONG);
    assert.equal(guest.text(context, 0), '', 'what came before is gone');
    guest.nn.close();
  },
);

testWith(
  'tokens are counted before anything is computed, as often as one asks',
  { data: testData, llama },
  ({ data }) => {
    const guest = writerOn(data);
    const context = guest.begin({ temp: 0, 'n-predict': 3 });
    assert.deepEqual(guest.tokens(context), [0, 0]);
    for (let i = 0; i < 2; i++) {
      guest.set(context, 0, PROMPT);
      assert.deepEqual(guest.tokens(context), [5, 0]);
      assert.equal(guest.text(context, 0), '');
    }
    // A new prompt ends the stream of the old one.
    must(guest.call('compute_single', context), guest.nn);
    guest.set(context, 0, 'One day');
    const pieces: number[] = [];
    do pieces.push(guest.call('compute_single', context));
    while (pieces.at(-1) === 0);
    assert.deepEqual(pieces, [0, 0, 0, END_OF_SEQUENCE]);
    guest.nn.close();
  },
);

testWith(
  'grammars and schemas bind the answer; what cannot be done is refused',
  { data: testData, llama },
  ({ data }) => {
    const guest = writerOn(data);
    const context = guest.begin({ temp: 0, 'n-predict': 40, grammar: 'root ::= "yes" | "no"' });
    guest.set(context, 0, PROMPT);
    must(guest.call('compute', context), guest.nn);
    assert.match(guest.text(context, 0), /^(yes|no)$/);
    guest.set(context, 1, JSON.stringify({ grammar: '', 'json-schema': '{"type":"boolean"}' }));
    must(guest.call('compute', context), guest.nn);
    assert.match(guest.text(context, 0).trim(), /^(true|false)$/);
    const pair = '{"items":{"properties":{"items":{"type":"boolean"}},"required":["items"]},"minItems":1}';
    guest.set(context, 1, JSON.stringify({ grammar: '', 'json-schema': pair }));
    must(guest.call('compute', context), guest.nn);
    assert.match(guest.text(context, 0).trim(), /^\[\s*\{\s*"items"\s*:\s*(true|false)/, 'types are implied');
    guest.set(context, 1, '{"grammar":"root ::= ("}');
    assert.equal(guest.call('compute', context), 1);
    guest.set(context, 1, '{"image":"photo.jpg"}');
    assert.equal(guest.call('compute', context), 6);
    guest.nn.close();
  },
);

testWith(
  'an embedding has the Euclidean norm 1, or the one asked for',
  { data: testData, llama },
  ({ data }) => {
    const guest = writerOn(data);
    const context = guest.begin({ embedding: true });
    guest.set(context, 0, PROMPT);
    const norm = () => {
      must(guest.call('compute', context), guest.nn);
      const { n_embedding, embedding } = JSON.parse(guest.text(context, 0)) as {
        n_embedding: number;
        embedding: number[];
      };
      assert.equal(embedding.length, n_embedding);
      return Math.hypot(...embedding);
    };
    assert.ok(Math.abs(norm() - 1) < 1e-6);
    guest.set(context, 1, '{"embd-normalize":-1}');
    assert.ok(norm() > 2);
    guest.nn.close();
  },
);

testWith('stream-stdout writes the text while it is made', { data: testData, llama }, ({ data }) => {
  let printed = '';
  const graphs = { story: graphFromFiles('ggml', [join(data, STORIES)]) };
  const guest = new Writer({
    graphs,
    print: (text) => {
      printed += text;
    },
  });
  const context = guest.begin({ temp: 0, 'n-predict': 12, 'stream-stdout': true });
  guest.set(context, 0, PROMPT);
  must(guest.call('compute', context), guest.nn);
  assert.equal(printed, guest.text(context, 0));
  assert.ok(STORY.startsWith(printed) && printed.length > 10, printed);
  assert.deepEqual(guest.tokens(context), [5, 12]);
  guest.set(context, 1, '{"ctx-size":24,"n-predict":-1}');
  assert.equal(guest.call('compute', context), CONTEXT_FULL);
  guest.nn.close();
});

testWith('a graph whose file is not there is model_not_found', { llama }, () => {
  const guest = new Writer({ graphs: { story: graphFromFiles('ggml', ['no/such.gguf']) } });
  const out = guest.alloc(4, 4);
  assert.equal(guest.call('load_by_name', ...guest.putText('story'), out), 103);
});

testWith(
  "a GGUF graph from the guest's own bytes; a damaged one is an error",
  { data: testData, llama },
  ({ data }) => {
    const guest = new Writer();
    const file = readFileSync(join(data, STORIES));
    const out = guest.alloc(4, 4);
    const AUTODETECT = 5;
    assert.notEqual(guest.call('load', guest.builder(file.subarray(0, 5000)), 1, AUTODETECT, 0, out), 0);
    const { context } = guest.open(file, AUTODETECT);
    guest.set(context, 0, PROMPT);
    guest.set(context, 1, '{"temp":0,"n-predict":12}');
    must(guest.call('compute', context), guest.nn);
    assert.ok(STORY.startsWith(guest.text(context, 0)));
    guest.nn.close();
  },
);

test('the type that a schema leaves out is that of its keywords', () => {
  const cases: [unknown, unknown][] = [
    [{ items: { type: 'string' } }, { items: { type: 'string' }, type: 'array' }],
    [{ properties: { items: {} } }, { properties: { items: {} }, type: 'object' }],
    [
      { type: 'string', items: {} },
      { type: 'string', items: {} },
    ],
    [{ anyOf: [{ prefixItems: [{}] }] }, { anyOf: [{ prefixItems: [{}], type: 'array' }] }],
    [{ const: { items: [] } }, { const: { items: [] } }],
    [true, true],
  ];
  for (const [schema, expected] of cases) assert.deepEqual(withImpliedTypes(schema), expected);
});

test('options are checked for their types and passed over when only WasmEdge knows them', () => {
  assert.deepEqual(readGgmlOptions('{"temp":0.5,"enable-log":true,"n-gpu-layers":3}'), { temp: 0.5 });
  assert.deepEqual(readGgmlOptions(''), {});
  assert.throws(() => readGgmlOptions('{"temp":"hot"}'), /'temp' must be a number/);
  assert.throws(() => readGgmlOptions('[]'), /not a JSON object/);
  assert.throws(() => readGgmlOptions('{'), /not JSON/);
});
