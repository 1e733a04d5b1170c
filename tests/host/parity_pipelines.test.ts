/** Tensors that Pillow and NumPy made (scripts/golden/parity.py): what each pipeline does otherwise is named. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ParityReport, parity } from '../../host/index.js';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { runProgram } from '../support/cli.js';
import { CARD_INPUT, drawnPicture, writeCase } from '../support/parity_case.js';
import { python, testWith } from '../support/requirements.js';
import { withScratch } from '../support/scratch.js';

/** What each tensor must be told as: knob, what it must be, whether a card can say it. */
const EXPLAINED: Readonly<Record<string, readonly (readonly [string, RegExp, boolean])[]>> = {
  bicubic: [['resize.filter', /^bicubic$/, true]],
  'lanczos and half': [
    ['resize.filter', /^lanczos$/, true],
    ['normalize', /^x \/ 127\.5 - 1$|^\(x \/ 255 - 0\.5\) \/ 0\.5$/, true],
  ],
  'long side rounded': [['resize', /long side rounded/, false]],
  'square first': [['resize', /^the centred square of the picture/, false]],
  mirrored: [['mirror', /left and right/, false]],
  reshaped: [['memory order', /reshaped instead of transposed/, false]],
  'f64 arithmetic': [['arithmetic', /^computed in f64/, false]],
  'mixed arithmetic': [['arithmetic', /^scaled in f32, mean and std in f64$/, false]],
  albumentations: [['arithmetic', /albumentations/, false]],
  u8: [
    ['normalize', /^x$/, true],
    ['dtype', /^u8$/, true],
  ],
  f16: [['dtype', /^f16$/, true]],
};

/** What is said where no knob explains the tensor. */
const NOTED: Readonly<Record<string, RegExp>> = {
  moved: /lies 2 pixels right and 1 pixel up of ours/,
  'another decoder': /another JPEG decoder|no card of this version describes/,
  'another picture': /another picture/,
  'not finite': /elements of the reference are infinite or no number/,
};

const REFUSED: Readonly<Record<string, [string, RegExp]>> = {
  'too large': ['INPUT_TENSOR_SHAPE', /it is \[1, 3, 25, 25\], the card asks for \[1, 3, 24, 24\]/],
  'two pictures': ['INPUT_TENSOR_SHAPE', /it is \[2, 3, 24, 24\]/],
  i64: ['INPUT_TENSOR', /its dtype is <i8/],
  'big endian': ['INPUT_TENSOR', /its dtype is >f4/],
  fortran: ['INPUT_TENSOR', /Fortran order/],
};

testWith(
  'pipelines of Pillow and NumPy: equal, explained, noted or refused',
  { python },
  async ({ python }, context) => {
    await withScratch(async (folder) => {
      const picture = join(folder, 'picture.png');
      writeFileSync(picture, drawnPicture());
      const script = join(CHECKOUT, 'scripts/golden/parity.py');
      const made = await runProgram(python, [script, picture, folder]);
      assert.equal(made.exitCode, 0, made.stderr);
      const model = writeCase(join(folder, 'model'), CARD_INPUT);
      const compare = (name: string): Promise<ParityReport> =>
        parity(picture, { model, against: join(folder, `${name}.npy`) });
      for (const name of ['same', 'same f64', 'no batch'])
        assert.equal((await compare(name)).verdict, 'equal', name);
      for (const [name, wanted] of Object.entries(EXPLAINED)) {
        const { verdict, explanation, nearest } = await compare(name);
        assert.equal(verdict, 'explained', `${name}: ${JSON.stringify(nearest)}`);
        const { changes, patch } = explanation!;
        const told = JSON.stringify(changes);
        assert.deepEqual(
          changes.map((change) => change.knob),
          wanted.map(([knob]) => knob),
          `${name}: ${told}`,
        );
        for (const [i, [, to, inCard]] of wanted.entries()) {
          assert.match(changes[i]!.to, to, name);
          assert.equal(changes[i]!.in_card, inCard, name);
        }
        assert.equal(
          patch === null,
          wanted.some(([, , inCard]) => !inCard),
          name,
        );
      }
      for (const [name, note] of Object.entries(NOTED)) {
        const { verdict, notes, explanation } = await compare(name);
        assert.deepEqual([verdict, explanation], ['different', null], name);
        assert.match(notes.join('\n'), note, name);
        context.diagnostic(`${name}: ${notes.join('; ')}`);
      }
      for (const [name, [code, message]] of Object.entries(REFUSED))
        await assert.rejects(compare(name), { code, exitCode: 3, message }, name);
    });
  },
  { timeout: 300_000 },
);
