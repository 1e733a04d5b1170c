/**
 * edge_kernels.wasm: preprocessing and postprocessing for hosts that run the graph themselves. No imports at all.
 * See docs/abi.md.
 */

import { answer } from '../answer';
import { readLabels } from '../card/labels';
import { plan } from '../card/plan';
import { readCard } from '../card/read';
import { residentGrow, residentOpen, residentReset, residentShort } from '../card/resident';
import { cardErrorText } from '../card/status';
import { imageChannels, imageHeight, imageOpen, imageOrientation, imageWidth } from '../codecs/image';
import { orientSwapsSides } from '../codecs/orient';
import { wholePicture, wholeStatus } from '../codecs/whole';
import { EXIT_MODEL, EXIT_USAGE, faultBegin, faultExit, faultTry, faultWhy } from '../fault';
import { arenaMark, arenaRelease } from '../memory/arena';
import { cardFault } from '../model';
import { faultMemory } from '../package';
import { faultImage } from '../pipeline';
import { useImage } from '../reactor/images';
import {
  callBegin,
  callEnd,
  faultAddress,
  fillHead,
  fillShape,
  hostAlloc,
  hostReset,
  inMemory,
  newResult,
  preprocessResult,
} from '../reactor/results';
import { CardResult, ClassifyResult, DecodeResult } from '../reactor/structs';
import { rankOutput } from '../tasks/classify';

export { edge_dequantize, edge_softmax, edge_top_k } from '../reactor/postprocess';

const CARD_NAME: usize = memory.data<u8>([0x6d, 0x6f, 0x64, 0x65, 0x6c, 0x2e, 0x6a, 0x73, 0x6f, 0x6e]);

/** `size` bytes for the host's data; 0 when there is no memory. */
export function edge_alloc(size: usize): usize {
  return hostAlloc(size);
}

/** Drops everything that edge_alloc gave and the last result; the card stays. */
export function edge_reset(): void {
  hostReset();
}

/**
 * Reads a model card and, unless `labelsLength` is 0, its labels file: the address of a {@link CardResult}. The texts
 * are copied.
 */
export function edge_open_card(card: usize, length: usize, labels: usize, labelsLength: usize): usize {
  callBegin();
  plan.ready = false;
  if (!inMemory(card, length) || !inMemory(labels, labelsLength)) faultAddress();
  else openCard(card, length, labels, labelsLength);
  plan.ready = faultExit == 0;
  const address = newResult(offsetof<CardResult>());
  const result = changetype<CardResult>(address);
  if (faultExit == 0) {
    result.dtype = plan.dtype;
    result.rank = 4;
    fillShape(address + offsetof<CardResult>('dimension0'));
    result.outputDtype = plan.outputDtype;
    result.outputKind = plan.kind;
  }
  fillHead(address);
  callEnd();
  return address;
}

function openCard(card: usize, length: usize, labels: usize, labelsLength: usize): void {
  if (!residentOpen()) {
    faultMemory();
    return;
  }
  residentReset();
  const mark = arenaMark();
  let status = readCard(card, length);
  if (status != 0) {
    cardFault(status, CARD_NAME, 10);
  } else if (labelsLength != 0) {
    status = readLabels(labels, labelsLength);
    if (status != 0) {
      faultBegin(EXIT_MODEL, 'MODEL_LABELS', 'cannot use the labels');
      faultWhy(cardErrorText(status));
    }
  }
  arenaRelease(mark);
  if (faultExit != 0 || !residentShort()) return;
  // All that is kept is smaller than card and labels with a row of 8 bytes a line.
  if (residentGrow(length + labelsLength * 9)) openCard(card, length, labels, labelsLength);
  else faultMemory();
}

/** True when a card was read. */
function ready(): bool {
  if (plan.ready) return true;
  faultBegin(EXIT_USAGE, 'USAGE_NO_MODEL', 'no card is open');
  faultTry('Call edge_open_card first');
  return false;
}

/** A picture -> address of a PreprocessResult; layout 0: an encoded file, otherwise raw pixels (raw_format.ts). */
export function edge_preprocess(image: usize, length: usize, width: i32, height: i32, layout: i32): usize {
  callBegin();
  if (!inMemory(image, length)) faultAddress();
  else if (ready()) useImage(image, length, width, height, layout);
  return preprocessResult();
}

/**
 * An image file -> address of a {@link DecodeResult}: its pixels, 8 bit interleaved, of 1 gray, 2 gray and alpha, 3 RGB or
 * 4 RGBA channels; turned by EXIF unless `stored` is 1. Width and height are those of the pixels given.
 */
export function edge_decode(image: usize, length: usize, stored: i32): usize {
  callBegin();
  let pixels: usize = 0;
  let orientation = 1;
  if (!inMemory(image, length)) faultAddress();
  else {
    const status = imageOpen(image, length);
    if (status == 0) {
      orientation = imageOrientation();
      pixels = wholePicture(stored != 0 ? 1 : orientation);
    }
    if (pixels == 0) faultImage(status != 0 ? status : wholeStatus, 0, 0);
  }
  const address = newResult(offsetof<DecodeResult>());
  const result = changetype<DecodeResult>(address);
  if (faultExit == 0) {
    const swapped = stored == 0 && orientSwapsSides(orientation);
    result.pixels = pixels;
    result.width = swapped ? imageHeight() : imageWidth();
    result.height = swapped ? imageWidth() : imageHeight();
    result.channels = imageChannels();
    result.pixelsLength = <usize>result.width * <usize>result.height * <usize>result.channels;
    result.orientation = orientation;
  }
  fillHead(address);
  callEnd();
  return address;
}

/** Output of the graph -> address of a {@link ClassifyResult}, of which head, predictions and count are filled. */
export function edge_postprocess(output: usize, length: usize, top: i32, threshold: f32): usize {
  callBegin();
  if (!inMemory(output, length)) faultAddress();
  else if (ready()) rankOutput(output, length, top < 1 ? 5 : top, threshold);
  const address = newResult(offsetof<ClassifyResult>());
  const result = changetype<ClassifyResult>(address);
  if (faultExit == 0) {
    result.predictions = answer.predictions;
    result.count = answer.count;
  }
  fillHead(address);
  callEnd();
  return address;
}
