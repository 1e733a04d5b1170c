/** Labels and base64; Node's own readers are the second opinion. */
import { havoc, words } from '../mutant.js';
import type { Target } from '../target.js';
import { text } from './json.js';

export const labels: Target = {
  name: 'labels',
  weight: 4,
  seeds: () =>
    [
      'cat\ndog\nbird\nfish\n',
      'one',
      'a\r\nb\r\n\r\nc',
      '\ufeffé\n€\n😀\n',
      `${'x'.repeat(200)}\n`.repeat(5),
      '\n',
    ].map(text),
  mutate: (m, random, seeds) =>
    havoc(m, random, { seeds, words: words('\n', '\r\n', '\ufeff', [0xc0], [0xe2, 0x82], [0xff], [0], 'é') }),
  call: (guest, at, length) => guest.call.fuzzLabels!(at, length),
  // A resident place that is too small moves to one of twice the size: text and a row of 8 bytes a line.
  bound: (length) => 2 * 65536 + 20 * length,
  text: (guest, status) => guest.text(2, status),
  statusFiles: ['assembly/card/status.ts'],
  judge(_guest, bytes, { status, rows }) {
    let value: string;
    try {
      value = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      return status === 0 ? 'takes what is not UTF-8' : undefined;
    }
    const lines = value.split('\n');
    if (lines[lines.length - 1] === '') lines.pop();
    if (status === 0 ? rows !== lines.length : lines.length !== 0)
      return `${lines.length} lines, ${rows} read (${status})`;
    return undefined;
  },
};

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

export const base64: Target = {
  name: 'base64',
  weight: 2,
  seeds: () => ['', 'QQ==', 'QUI=', 'QUJD', 'QUJDRA', Buffer.alloc(90, 0xfb).toString('base64')].map(text),
  mutate: (m, random, seeds) =>
    havoc(m, random, { seeds, words: words('=', '==', '===', 'AAAA', '+/+/', '-_', ' ', '\n', [0], [0xff]) }),
  call: (guest, at, length) => guest.call.fuzzBase64!(at, length),
  accepts: () => true,
  bound: (length) => length + 64,
  text: () => '',
  statusFiles: [],
  judge(guest, bytes, { status, output }) {
    const value = Buffer.from(bytes).toString('latin1');
    if (!BASE64.test(value)) return status === REFUSED ? undefined : `takes what is not base64 (${status})`;
    const expected = Buffer.from(value, 'base64');
    if (status !== expected.length) return `gives ${status} bytes, not ${expected.length}`;
    return expected.equals(guest.bytes.subarray(output, output + status)) ? undefined : 'gives other bytes';
  },
};

/** How fuzzBase64 says that a text is not base64; the guest itself says -1. */
const REFUSED = 0x7fffffff;
