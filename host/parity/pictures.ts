/** Pixels of every {@link PixelSpec} of one picture: decoded once, resized by the module, each only once. */
import type { ReactorImage } from '../engine/reactor.js';
import { EdgeInferError } from '../errors.js';
import type { CardInput, Resize } from '../models/card.js';
import { roundToEven } from './half.js';
import type { DecodedPicture, Kernels } from './kernels.js';
import type { Before, PixelSpec } from './knobs.js';
import type { InputSize } from './reference.js';
import type { Pixels } from './values.js';

/** Formats of raw pixels that are interleaved, as many bytes a pixel as their number says. */
const MOST_CHANNELS = 4;
/** graya, rgba, bgra. */
const WITH_ALPHA: readonly number[] = [2, 4, 6];

/** A picture in the forms that variants need. */
export class Picture {
  readonly #kernels: Kernels;
  readonly #image: ReactorImage;
  readonly #upright: DecodedPicture;
  #stored: DecodedPicture | undefined;
  readonly #cut = new Map<string, ReactorImage>();

  constructor(kernels: Kernels, image: ReactorImage) {
    this.#kernels = kernels;
    this.#image = image;
    this.#upright = image.layout === 0 ? kernels.decode(image.bytes, false) : { ...image, orientation: 1 };
  }

  /** Sides upright, in pixels. */
  get width(): number {
    return this.#upright.width;
  }

  get height(): number {
    return this.#upright.height;
  }

  /** EXIF orientation of the file, 1 for raw pixels. */
  get orientation(): number {
    return this.#upright.orientation;
  }

  get hasAlpha(): boolean {
    return WITH_ALPHA.includes(this.#upright.layout);
  }

  /** An encoded JPEG file. */
  get isJpeg(): boolean {
    const { layout, bytes } = this.#image;
    return layout === 0 && bytes[0] === 0xff && bytes[1] === 0xd8;
  }

  /** The picture as it came: what a card alone is given. */
  get source(): ReactorImage {
    return this.#image;
  }

  /** The pixels that a variant resizes; undefined when there is no such variant of this picture. */
  forSpec({ orientation, before, resize }: PixelSpec): ReactorImage | undefined {
    // A draft is decoded to its size: the module needs the file, and there is nothing to cut out of.
    if (resize.draft === true) return before === undefined && this.isJpeg ? this.#image : undefined;
    const whole = this.#whole(orientation);
    return before === undefined ? whole : this.#cutOut(whole, before, `${orientation} ${before}`, resize);
  }

  #whole(orientation: PixelSpec['orientation']): DecodedPicture {
    if (orientation === 'exif' || this.#upright.orientation === 1) return this.#upright;
    this.#stored ??= this.#kernels.decode(this.#image.bytes, true);
    return this.#stored;
  }

  #cutOut(whole: DecodedPicture, before: Before, key: string, resize: Resize): ReactorImage | undefined {
    if (whole.layout > MOST_CHANNELS) return undefined;
    const kept = this.#cut.get(key);
    if (kept !== undefined) return kept;
    const made = cut(whole, windowOf(before, whole, resize));
    this.#cut.set(key, made);
    return made;
  }
}

interface Window {
  x: number;
  y: number;
  width: number;
  height: number;
}

function windowOf(before: Before, { width, height }: ReactorImage, { size }: Resize): Window {
  const short = Math.min(width, height);
  if (before === 'square') return centred(width, height, short, short, 0);
  if (before === 'central 87.5 %') {
    // tf.image.central_crop: the margin is what is cut.
    const margin = (side: number) => Math.trunc((side - side * 0.875) / 2);
    const [x, y] = [margin(width), margin(height)];
    return { x, y, width: width - 2 * x, height: height - 2 * y };
  }
  // EfficientNet's evaluation: a square with a padding of 32 pixels, its margins rounded up.
  const side = size?.[0] ?? short;
  const square = Math.max(1, Math.trunc((side / (side + 32)) * short));
  return centred(width, height, square, square, 1);
}

/** A centred window; the margins in front are rounded up when `up` is 1. */
const centred = (width: number, height: number, w: number, h: number, up: 0 | 1): Window => ({
  x: (width - w + up) >> 1,
  y: (height - h + up) >> 1,
  width: w,
  height: h,
});

function cut({ bytes, width, layout }: ReactorImage, window: Window): ReactorImage {
  const out = new Uint8Array(window.width * window.height * layout);
  for (let row = 0; row < window.height; row += 1) {
    const from = ((window.y + row) * width + window.x) * layout;
    out.set(bytes.subarray(from, from + window.width * layout), row * window.width * layout);
  }
  return { bytes: out, width: window.width, height: window.height, layout };
}

/** Resized pixels by the specification that they were made for. */
export class PixelMaker {
  readonly picture: Picture;
  readonly #kernels: Kernels;
  readonly #size: InputSize;
  constructor(kernels: Kernels, picture: Picture, size: InputSize) {
    this.#kernels = kernels;
    this.picture = picture;
    this.#size = size;
  }

  /** Pixels, and a hash that equal pixels share; undefined when the module or the picture has no such variant. */
  make(spec: PixelSpec): MadePixels | undefined {
    const image = this.picture.forSpec(spec);
    if (image === undefined) return undefined;
    const { height, width, channels } = this.#size;
    const input: CardInput = {
      name: 'input',
      dtype: 'f32',
      layout: 'NHWC',
      shape: [1, height, width, channels],
      color: channels === 1 ? 'gray' : 'RGB',
      orientation: spec.orientation,
      alpha: spec.alpha,
      resize: spec.resize,
    };
    let tensor: ReturnType<Kernels['preprocess']>;
    try {
      tensor = this.#kernels.preprocess(image, input);
    } catch (cause) {
      // A profile without the filter, a crop larger than the picture becomes: no variant.
      if (cause instanceof EdgeInferError) return undefined;
      throw cause;
    }
    const values = new Float32Array(tensor.bytes.buffer);
    const inRange = (value: number) => Number.isInteger(value) && value >= 0 && value <= 255;
    let whole = values.every(inRange);
    let hash = tensor.sha256;
    if (spec.mirrored === true) {
      mirror(values, this.#size);
      hash += ' mirrored';
    }
    if (spec.rounded === true && !whole) {
      for (let i = 0; i < values.length; i += 1)
        values[i] = Math.min(255, Math.max(0, roundToEven(values[i]!)));
      whole = true;
      hash += ' rounded';
    }
    return { values, channels, whole, hash };
  }
}

/** Pixels that were made, with a hash of them. */
export interface MadePixels extends Pixels {
  hash: string;
}

/** Exchanges left and right in place. */
function mirror(values: Float32Array, { height, width, channels }: InputSize): void {
  for (let y = 0; y < height; y += 1) {
    const row = values.subarray(y * width * channels, (y + 1) * width * channels);
    const copy = row.slice();
    for (let x = 0; x < width; x += 1) {
      const from = (width - 1 - x) * channels;
      row.set(copy.subarray(from, from + channels), x * channels);
    }
  }
}
