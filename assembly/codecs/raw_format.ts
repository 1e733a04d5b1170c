/**
 * How raw pixels lie in memory, as one number that hosts give: format | matrix << 8 | range << 16. Matrix and range
 * (kernels/color/yuv_matrix.ts) belong to the Y'CbCr formats alone and are 0 otherwise. Rows go from top to bottom
 * without padding.
 *
 *   gray, graya, rgb, rgba, bgr, bgra   interleaved, 1, 2, 3, 4, 3, 4 bytes a pixel
 *   nv12, nv21   a plane of Y, then a plane of chroma pairs (CbCr or CrCb), one for 2 x 2 pixels
 *   i420         a plane of Y, one of Cb, one of Cr, one sample of each for 2 x 2 pixels
 *   yuyv         Y Cb Y Cr for two pixels side by side (YUY2)
 *
 * Where a side is odd the last pair stands for one pixel: chroma planes have (width + 1) / 2 columns and
 * (height + 1) / 2 rows, a row of yuyv has (width + 1) / 2 groups of 4 bytes, of which the last Y is not looked at.
 */

export const RAW_PLACE_FORMAT: i32 = 0;
export const RAW_PLACE_MATRIX: i32 = 1;
export const RAW_PLACE_RANGE: i32 = 2;

/** Words for the three bytes of a layout, in the order of their numbers; the first format is 1, the others are 0. */
export function rawWords(place: i32): string {
  if (place == RAW_PLACE_FORMAT) return 'gray graya rgb rgba bgr bgra nv12 nv21 i420 yuyv';
  return place == RAW_PLACE_MATRIX ? 'bt601 bt709' : 'limited full';
}

/** Formats; the first four are also their channels. */
export const RAW_GRAY: i32 = 1;
export const RAW_RGB: i32 = 3;
export const RAW_RGBA: i32 = 4;
export const RAW_BGR: i32 = 5;
export const RAW_BGRA: i32 = 6;
export const RAW_NV12: i32 = 7;
export const RAW_NV21: i32 = 8;
export const RAW_I420: i32 = 9;
export const RAW_YUYV: i32 = 10;

/** Bytes of a picture of width x height, both above 0; 0 for a number that is no layout. */
export function rawBytes(layout: i32, width: i32, height: i32): u64 {
  const format = layout & 255;
  // Of matrix and range only the lowest bit is used.
  if ((layout & 0xfffe_fe00) != 0 || (format < RAW_NV12 && layout != format)) return 0;
  const pixels = <u64>width * <u64>height;
  const pairs = <u64>((width + 1) >> 1);
  if (format <= RAW_RGBA) return pixels * <u64>format;
  if (format <= RAW_BGRA) return pixels * <u64>(format - 2);
  if (format <= RAW_I420) return pixels + pairs * <u64>((height + 1) >> 1) * 2;
  return format == RAW_YUYV ? pairs * <u64>height * 4 : 0;
}

/** Channels of the rows that rawNextRow gives: BGR and Y'CbCr come as RGB, BGRA as RGBA. */
export function rawRowChannels(layout: i32): i32 {
  const format = layout & 255;
  return format == RAW_BGRA ? 4 : format > RAW_RGBA ? 3 : format;
}
