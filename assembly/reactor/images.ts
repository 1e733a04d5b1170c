/**
 * The picture of a request into the tensor: an encoded file, raw pixels, JSON numbers or base64.
 */

import { EXIT_USAGE, faultBegin, faultExit, faultTry, faultWhy } from '../fault';
import { arenaAlloc } from '../memory/arena';
import { faultMemory } from '../package';
import { faultImage, preprocessEncoded, preprocessRaw } from '../pipeline';
import { base64Capacity, base64Decode } from '../text/base64';
import {
  JSON_ARRAY,
  JSON_NUMBER,
  JSON_STRING,
  jsonCount,
  jsonFirst,
  jsonNext,
  jsonNumber,
  jsonText,
  jsonTextLength,
  jsonType,
} from '../text/json_node';
import { startsWith } from '../text/utf8';

/** Preprocesses `length` bytes: raw pixels of `channels` channels, or an encoded file for 0; the exit code. */
export function useImage(image: usize, length: usize, width: i32, height: i32, channels: i32): i32 {
  const status =
    channels == 0 ? preprocessEncoded(image, length) : preprocessRaw(image, length, width, height, channels);
  return status == 0 ? 0 : faultImage(status, 0, 0);
}

function bad(why: string): i32 {
  faultBegin(EXIT_USAGE, 'USAGE_IMAGE_DATA', 'bad image_data');
  faultWhy(why);
  faultTry('Give base64 of an image file, or raw pixels with width and height');
  return faultExit;
}

/** Preprocesses the `image_data` of a JSON request; width and height 0 when it has none; the exit code. */
export function useImageData(data: usize, width: i32, height: i32): i32 {
  const type = jsonType(data);
  if (type != JSON_STRING && type != JSON_ARRAY)
    return bad('it must be a base64 text or an array of numbers');
  const capacity = type == JSON_STRING ? base64Capacity(jsonTextLength(data)) : <usize>jsonCount(data);
  const bytes = arenaAlloc(capacity);
  if (bytes == 0) {
    faultMemory();
    return faultExit;
  }
  const length = type == JSON_STRING ? fromBase64(data, bytes) : fromNumbers(data, bytes);
  if (length < 0)
    return bad(type == JSON_STRING ? 'it is not base64' : 'its numbers must be integers of 0 to 255');
  // Bytes that are exactly the pixels of the stated size are pixels; anything else must be an image file.
  const pixels = <u64>width * <u64>height;
  let channels = 0;
  if (pixels != 0) {
    if (<u64>length == pixels * 3) channels = 3;
    else if (<u64>length == pixels * 4) channels = 4;
    else if (<u64>length == pixels) channels = 1;
  }
  return useImage(bytes, <usize>length, width, height, channels);
}

function fromBase64(data: usize, to: usize): i32 {
  let text = jsonText(data);
  let length = jsonTextLength(data);
  // data:image/jpeg;base64,....
  if (startsWith(text, length, 'data:')) {
    while (length > 0 && load<u8>(text) != 0x2c) {
      text++;
      length--;
    }
    if (length == 0) return -1;
    text++;
    length--;
  }
  return base64Decode(text, length, to);
}

function fromNumbers(data: usize, to: usize): i32 {
  let count = 0;
  // One byte a child: at most jsonCount(data).
  for (let node = jsonFirst(data); node != 0; node = jsonNext(node)) {
    const value = jsonType(node) == JSON_NUMBER ? jsonNumber(node) : -1;
    if (!(value >= 0 && value <= 255) || Math.floor(value) != value) return -1;
    store<u8>(to + <usize>count, <u8>value);
    count++;
  }
  return count;
}
