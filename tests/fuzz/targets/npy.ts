/** The host's reader of .npy files: whatever comes, an array or an error in words. */
import { EdgeInferError } from '../../../host/errors.js';
import { parseNpy } from '../../../host/parity/npy.js';
import { alignReference } from '../../../host/parity/reference.js';
import { CARD_INPUT, npy } from '../../support/parity_case.js';
import { havoc, type Mutant, pick, type Random, words } from '../mutant.js';
import type { Target } from '../target.js';

const REFUSED = 1;
const SIZE = { channels: 3, height: 2, width: 2 };
const DATA = Buffer.from(Float32Array.from({ length: 24 }, (_, i) => i / 7).buffer);

const WORDS = words(
  ...[
    "'<f4'",
    "'>f4'",
    "'<f2'",
    "'|u1'",
    "'|i1'",
    "'<f8'",
    "'|O'",
    "'<U8'",
    'True',
    'False',
    '(',
    ')',
    ',',
    "'",
    '{',
    '}',
  ],
  ...[
    '()',
    '(1,)',
    '(0,)',
    '(-1,)',
    '(1, 3, 2, 2)',
    '(9999999999,)',
    '(1e9,)',
    '(99999999999999999999,)',
    '((1,),)',
  ],
  ...["'descr': ", "'shape': ", "'fortran_order': ", '\n', ' ', [0x93], [0xff, 0xff], [2, 0], [3, 0]],
);
const LENGTHS = [0, 1, 9, 10, 53, 54, 117, 118, 119, 246, 0x7fff, 0xffff];

function changeHead(m: Mutant, random: Random): void {
  if (random() % 3 === 0) m.set8(6, pick([0, 1, 2, 3, 4, 255], random));
  else m.set16(8, pick(LENGTHS, random), true);
}

export const npyFile: Target = {
  name: 'npy',
  weight: 2,
  seeds: () => [
    npy('f32', [1, 3, 2, 2], DATA.subarray(0, 48)),
    npy('f32', [3, 2, 2], DATA.subarray(0, 48)),
    npy('f64', [2, 2, 3], DATA),
    npy('f16', [1, 2, 2, 3], DATA.subarray(0, 24)),
    npy('u8', [1, 3, 2, 2], DATA.subarray(0, 12)),
    npy('i8', [12], DATA.subarray(0, 12)),
  ],
  mutate(m, random, seeds) {
    if (random() % 4 === 0) changeHead(m, random);
    else havoc(m, random, { seeds, words: WORDS });
  },
  call(guest, at, length) {
    guest.setChecksum(0n);
    try {
      const array = parseNpy(guest.bytes.slice(at, at + length), 'input');
      const count = array.shape.reduce((product, side) => product * side, 1);
      if (count !== array.values.length)
        throw new Error(`${array.values.length} values of shape ${array.shape}`);
      const { values, reshaped } = alignReference(array, CARD_INPUT, SIZE, 'input');
      if (values.length !== 12 || reshaped.length !== 12) throw new Error('aligned to another size');
      guest.setChecksum(
        Buffer.from(values.buffer).reduce((sum, byte) => sum * 31n + BigInt(byte), 0n) & 0xffff_ffffn,
      );
      return 0;
    } catch (cause) {
      if (!(cause instanceof EdgeInferError)) throw cause;
      if (cause.exitCode !== 3 || !/^INPUT_TENSOR/.test(cause.code) || cause.hint === undefined) throw cause;
      return REFUSED;
    }
  },
  bound: () => 0,
  text: () => 'cannot use the reference tensor',
  statusFiles: [],
};
