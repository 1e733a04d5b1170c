/**
 * A plug-in for edge-infer in AssemblyScript: both halves of the work of a classifier. Compiled by build.mjs.
 *
 * preprocess: the picture resized by the host, contrast stretched so that the darkest sample becomes 0 and the brightest 1,
 * then normalised, planes R, G, B: a normalisation that depends on the whole picture, which no card can say.
 * postprocess: softmax at a temperature, the answers that are at least `threshold` sure, as JSON.
 */

import { log, resize } from './imports';

const SIDE: i32 = 32;
const CHANNELS: i32 = 3;
const BILINEAR: i32 = 2;
/** The resized picture. */
const small = memory.data(SIDE * SIDE * CHANNELS, 16);
const TEMPERATURE: f32 = 1.5;
const MEAN: StaticArray<f32> = [0.4914, 0.4822, 0.4465];
const STD: StaticArray<f32> = [0.247, 0.2435, 0.2616];
/** {address, bytes, dtype, rank, 8 dimensions} */
const DATA: usize = 0;
const BYTES: usize = 4;

/** Room for the host: it asks for each buffer once, and again only for a larger one. */
export function edge_plugin_alloc(size: usize): usize {
  return heap.alloc(size);
}

function fail(why: string, status: i32): i32 {
  const text = String.UTF8.encode(why);
  log(changetype<usize>(text), <usize>text.byteLength);
  return status;
}

/** RGB pixels, rows without gaps -> f32 tensor 1 x 3 x 32 x 32 of `bytes`; 0 when all is well. */
export function preprocess(pixels: usize, width: i32, height: i32, tensor: usize, bytes: i32): i32 {
  if (bytes != SIDE * SIDE * CHANNELS * 4)
    return fail('the card asks for another tensor than 1 x 3 x 32 x 32', 1);
  if (resize(pixels, width, height, small, SIDE, SIDE, BILINEAR) !== 0)
    return fail('it cannot be resized', 2);
  let darkest: f32 = 1;
  let brightest: f32 = 0;
  for (let i = 0; i < SIDE * SIDE; i++) {
    for (let channel = 0; channel < CHANNELS; channel++) {
      const value = <f32>load<u8>(small + <usize>(i * CHANNELS + channel)) / 255;
      store<f32>(tensor + <usize>(channel * SIDE * SIDE + i) * 4, value);
      darkest = Mathf.min(darkest, value);
      brightest = Mathf.max(brightest, value);
    }
  }
  const range: f32 = Mathf.max(brightest - darkest, 1 / 255);
  for (let channel = 0; channel < CHANNELS; channel++) {
    for (let i = 0; i < SIDE * SIDE; i++) {
      const at = tensor + <usize>(channel * SIDE * SIDE + i) * 4;
      store<f32>(at, ((load<f32>(at) - darkest) / range - MEAN[channel]) / STD[channel]);
    }
  }
  return 0;
}

/** Where the answer lies: address and length of JSON. */
const answer = memory.data(8, 4);
let json: ArrayBuffer = new ArrayBuffer(0);

/** Output tensors -> address of {address, length} of JSON, 0 when they are not what is expected. */
export function postprocess(tensors: usize, count: i32, top: i32, threshold: f32): usize {
  if (count != 1) return <usize>fail('one output is expected', 0);
  const logits = load<usize>(tensors, DATA);
  const classes = load<u32>(tensors, BYTES) / 4;
  let most = -f32.MAX_VALUE;
  for (let i: usize = 0; i < classes; i++) most = Mathf.max(most, load<f32>(logits + i * 4));
  let sum: f32 = 0;
  for (let i: usize = 0; i < classes; i++) sum += weight(logits, i, most);
  let text = '[';
  const taken = new StaticArray<bool>(classes);
  for (let rank = 0; rank < min(top, <i32>classes); rank++) {
    let best: usize = 0;
    let confidence: f32 = -1;
    for (let i: usize = 0; i < classes; i++) {
      const share = weight(logits, i, most) / sum;
      if (!taken[<i32>i] && share > confidence) {
        best = i;
        confidence = share;
      }
    }
    if (confidence < threshold) break;
    taken[<i32>best] = true;
    if (rank > 0) text += ',';
    text += `{"class_id":${best},"confidence":${confidence}}`;
  }
  json = String.UTF8.encode(`${text}]`);
  store<usize>(answer, changetype<usize>(json));
  store<u32>(answer, <u32>json.byteLength, 4);
  return answer;
}

function weight(logits: usize, i: usize, most: f32): f32 {
  return Mathf.exp((load<f32>(logits + i * 4) - most) / TEMPERATURE);
}
