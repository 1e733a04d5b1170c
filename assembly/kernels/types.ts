/**
 * Codes that kernels take. They are equal, number for number, to the words of a model card in the order in which
 * the card reader lists them (card/plan.ts, card/read.ts).
 */

export const DTYPE_F32: i32 = 0;
export const DTYPE_F16: i32 = 1;
export const DTYPE_U8: i32 = 2;
export const DTYPE_I8: i32 = 3;
/** Of the kernels alone: no card names it. */
export const DTYPE_BF16: i32 = 4;
/** Whether normalising writes bfloat16: not in artifacts, where only cards choose the type. */
export const WRITES_BF16: bool = !isDefined(ASCII_TEXT);

export const LAYOUT_NCHW: i32 = 0;
export const LAYOUT_NHWC: i32 = 1;

export const SCALE_NONE: i32 = 0;
export const SCALE_DIVIDE: i32 = 1;
export const SCALE_MULTIPLY: i32 = 2;

export const PROFILE_PILLOW: i32 = 0;
export const PROFILE_OPENCV: i32 = 1;
export const PROFILE_TORCHVISION: i32 = 2;
export const PROFILE_TENSORFLOW: i32 = 3;

export const FILTER_NEAREST: i32 = 0;
export const FILTER_BOX: i32 = 1;
export const FILTER_BILINEAR: i32 = 2;
export const FILTER_HAMMING: i32 = 3;
export const FILTER_BICUBIC: i32 = 4;
export const FILTER_LANCZOS: i32 = 5;
export const FILTER_AREA: i32 = 6;

export const ORIGIN_ROUND: i32 = 0;
export const ORIGIN_FLOOR: i32 = 1;
