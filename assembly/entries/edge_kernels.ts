/**
 * edge_kernels.wasm: preprocessing and postprocessing for hosts that run the graph themselves. No imports at all.
 * See docs/abi.md.
 */

import { imageChannels, imageHeight, imageOpen, imageOrientation, imageWidth } from '../codecs/image';
import { orientSwapsSides } from '../codecs/orient';
import { wholePicture, wholeStatus } from '../codecs/whole';
import { faultExit } from '../fault';
import { faultImage } from '../pipeline';
import { useImage } from '../reactor/images';
import { ready } from '../reactor/open_card';
import {
  answerResult,
  callBegin,
  callEnd,
  closeResult,
  faultAddress,
  fillHead,
  inMemory,
  newResult,
  preprocessResult,
} from '../reactor/results';
import { DecodeResult } from '../reactor/structs';
import { rankOutput } from '../tasks/classify';
import { setOutput } from '../tasks/outputs';

export { edge_alloc, edge_open_card, edge_reset } from '../reactor/open_card';
export { edge_dequantize, edge_softmax, edge_top_k } from '../reactor/postprocess';

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
  setOutput(0, output, length);
  if (!inMemory(output, length)) faultAddress();
  else if (ready()) rankOutput(top, threshold);
  return closeResult(answerResult());
}
