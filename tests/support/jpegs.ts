/** JPEG files of tests: golden ones with edits, and one made by hand. */
import assert from 'node:assert/strict';
import type { Decoded } from './pictures.js';

/** "AT:BYTES REMOVED:HEX INSERTED", several with commas. */
export type Edits = string;

/** `file` with pieces replaced; the places are those of the file before. */
export function edited(file: Buffer, edits: Edits): Buffer {
  const list = edits === '' ? [] : edits.split(',').map((edit) => edit.split(':'));
  let result = file;
  for (const [place, removed, inserted] of list.sort((a, b) => Number(b[0]) - Number(a[0]))) {
    const at = Number(place);
    result = Buffer.concat([
      result.subarray(0, at),
      Buffer.from(inserted!, 'hex'),
      result.subarray(at + Number(removed)),
    ]);
  }
  return result;
}

/** The picture was turned down by the JPEG decoder with a clear text. */
export function assertRefused(picture: Decoded, name: string): void {
  assert.ok(picture.status >= 100 && picture.status < 140, `${name}: status ${picture.status}`);
  assert.match(picture.text, /^[\x20-\x7e]{10,}[^.]$/, `${name} has a clear text`);
}

/** A mid-gray baseline 4:2:0 picture: every MCU is the four bytes 28 A2 8A 00 of the standard tables. */
export function flatPicture(width: number, height: number): Buffer {
  const quant = Buffer.concat([Buffer.from('ffdb004300', 'hex'), Buffer.alloc(64, 1)]);
  const frame = Buffer.from('ffc00011080000000003012200021100031100', 'hex');
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  const scan = Buffer.from('ffda000c03010002110311003f00', 'hex');
  const units = Math.ceil(width / 16) * Math.ceil(height / 16);
  const data = Buffer.alloc(units * 4, Buffer.from([0x28, 0xa2, 0x8a, 0x00]));
  return Buffer.concat([Buffer.from([0xff, 0xd8]), quant, frame, scan, data, Buffer.from([0xff, 0xd9])]);
}
