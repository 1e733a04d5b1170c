/** Pictures with their answers drawn on them. */
import type { Classification, Detection, Segmentation } from '../engine/results.js';
import { EdgeInferError, EXIT } from '../errors.js';
import { Canvas } from './canvas.js';
import { drawBoxes, drawLegend, drawMask } from './draw.js';
import { encodePng, type PngPixels } from './png.js';

export { encodePng, type PngPixels };

/** Pixels, 8 bit, interleaved: gray (1), gray and alpha (2), RGB (3) or RGBA (4). */
export interface PicturePixels {
  data: Uint8Array;
  width: number;
  height: number;
  channels: number;
}

/** What can be drawn. */
export type Drawable =
  | Pick<Detection, 'predictions' | 'picture'>
  | Pick<Segmentation, 'predictions' | 'mask' | 'picture'>
  | Pick<Classification, 'predictions'>;

/**
 * Draws an answer on the picture that it is about: boxes, a translucent mask of the picture's size, or the best classes.
 * Colours go with the class, line widths and letters with the size of the picture.
 *
 * @param picture as it was looked at: upright, unless the card takes pictures as they are stored
 * @returns RGB pixels, a copy
 * @throws EdgeInferError `INPUT_ANNOTATE` (exit 3) for an answer to a picture of another size
 * @example
 * const answer = await engine.detect(bytes);
 * writeFileSync('out.png', encodePng(annotate(picture, answer)));
 */
export function annotate(picture: PicturePixels, answer: Drawable): PngPixels {
  const { width, height } = picture;
  const canvas = new Canvas(rgbOf(picture), width, height);
  if ('picture' in answer) {
    checkSize(picture, answer.picture);
    if ('mask' in answer) {
      checkSize(picture, answer.mask);
      drawMask(canvas, answer);
    } else drawBoxes(canvas, answer.predictions);
  } else drawLegend(canvas, answer.predictions);
  return { width, height, channels: 3, data: canvas.data };
}

function checkSize(picture: PicturePixels, { width, height }: { width: number; height: number }): void {
  if (picture.width === width && picture.height === height) return;
  throw new EdgeInferError({
    code: 'INPUT_ANNOTATE',
    message: `the answer is about a picture of ${width} x ${height}, not of ${picture.width} x ${picture.height}`,
    hint: 'give the picture that was looked at, upright, and a mask of its size',
    exitCode: EXIT.input,
  });
}

/** A copy in RGB; alpha is dropped. */
function rgbOf({ data, width, height, channels }: PicturePixels): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  const colors = channels >= 3;
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) rgb[i * 3 + c] = data[i * channels + (colors ? c : 0)] ?? 0;
  }
  return rgb;
}
