/** Status codes of kernels/resize (190..199). */

import { asciiItem, TextList } from '../../text/ascii';

/** The host refused memory for tables or rows. */
export const RESIZE_MEMORY: i32 = 190;
/** A size is below 1 or above {@link RESIZE_MAX_SIDE}. */
export const RESIZE_SIZE: i32 = 191;
/** Filter or profile that this version has not got. */
export const RESIZE_FILTER: i32 = 192;
/** The crop window holds no pixel of the picture. */
export const RESIZE_WINDOW: i32 = 193;
/** Channels are not 1, 2, 3 or 4. */
export const RESIZE_CHANNELS: i32 = 194;

/** Largest side, in pixels, of a source or of a resized picture. */
export const RESIZE_MAX_SIDE: i32 = 65535;

function filtersText(profile: i32): string {
  // In the order of PROFILE_*.
  const texts: TextList = `profile pillow has nearest, box, bilinear, hamming, bicubic and lanczos, with antialias
profile opencv has nearest, linear, area and cubic, without antialias
profile torchvision has nearest, bilinear, bicubic and (with antialias) lanczos
profile tensorflow has nearest and bilinear`;
  return asciiItem(texts, profile, 3);
}

/** One clear sentence for a status of this folder with the profile asked for, without a full stop. */
export function resizeErrorText(status: i32, profile: i32): string {
  if (status == RESIZE_MEMORY) return 'the host refused to give memory for the resize tables';
  if (status == RESIZE_SIZE)
    return 'a side of the picture or of the resized picture is not between 1 and 65535 pixels';
  if (status == RESIZE_FILTER) return filtersText(profile);
  if (status == RESIZE_WINDOW) return 'the crop window holds no pixel of the picture';
  if (status == RESIZE_CHANNELS) return 'the picture has not 1, 2, 3 or 4 channels';
  return 'unexpected resize failure';
}
