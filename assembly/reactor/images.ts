/**
 * The picture of a request into the tensor: an encoded file, raw pixels, JSON numbers or base64.
 */

import { RAW_GRAY, RAW_RGB, RAW_RGBA } from '../codecs/raw_format';
import { tensorBytes } from '../card/plan';
import { leaveHashesToHost } from '../digest';
import { EXIT_INPUT, EXIT_USAGE, faultBegin, faultExit, faultMessage, faultTry, faultWhy } from '../fault';
import { arenaAlloc } from '../memory/arena';
import { faultMemory } from '../package';
import { adoptTensor, faultImage, preprocessEncoded, preprocessRaw } from '../pipeline';
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
import { putU32 } from '../text/numbers';
import { startsWith } from '../text/utf8';
import { put } from '../text/writer';

/** Layout of bytes that are the tensor already. */
const LAYOUT_TENSOR: i32 = 255;
/** Added to a layout: the host hashes, see digest.ts. */
const LAYOUT_HOST_HASHES: i32 = 1 << 24;

/** Who hashes in a call with this layout: to be said before its model is opened. */
export function hashAsAsked(layout: i32): void {
  leaveHashesToHost((layout & LAYOUT_HOST_HASHES) != 0);
}

/**
 * Preprocesses `length` bytes: an encoded file for layout 0, a tensor for 255, otherwise raw pixels (raw_format.ts); the
 * exit code.
 */
export function useImage(image: usize, length: usize, width: i32, height: i32, layout: i32): i32 {
  hashAsAsked(layout);
  const pixels = layout & ~LAYOUT_HOST_HASHES;
  let status = 0;
  // A host that runs the graph itself has no use for its own tensor.
  if (NN_ABI != 0 && pixels == LAYOUT_TENSOR) {
    if (length != tensorBytes()) return faultTensorLength();
    status = adoptTensor(image, width, height);
  } else if (pixels == 0) status = preprocessEncoded(image, length);
  else status = preprocessRaw(image, length, width, height, pixels);
  return status == 0 ? 0 : faultImage(status, 0, 0);
}

function faultTensorLength(): i32 {
  faultBegin(EXIT_INPUT, 'INPUT_TENSOR_SIZE', 'cannot use the tensor');
  faultWhy('the model takes one of ');
  putU32(faultMessage, <u32>tensorBytes());
  put(faultMessage, ' bytes');
  return faultExit;
}

function bad(why: string): i32 {
  faultBegin(EXIT_USAGE, 'USAGE_IMAGE_DATA', 'bad image_data');
  faultWhy(why);
  faultTry('Give base64 of an image file, or raw pixels with width and height');
  return faultExit;
}

/**
 * Preprocesses the `image_data` of a JSON request; the exit code. Width and height are 0 when it has none. With layout
 * 0, bytes that are exactly RGB, RGBA or gray pixels of the stated size are pixels; anything else must be a file.
 */
export function useImageData(data: usize, width: i32, height: i32, layout: i32): i32 {
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
  const pixels = <u64>width * <u64>height;
  if (layout == 0 && pixels != 0) {
    if (<u64>length == pixels * 3) layout = RAW_RGB;
    else if (<u64>length == pixels * 4) layout = RAW_RGBA;
    else if (<u64>length == pixels) layout = RAW_GRAY;
  }
  return useImage(bytes, <usize>length, width, height, layout);
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
