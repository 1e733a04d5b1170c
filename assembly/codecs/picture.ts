/**
 * The open picture: what its decoder says of it, and what image.ts tells others. One picture at a time.
 */
import { OK } from '../status';

export class Picture {
  /** Pixels a row and rows, as stored (or as reduced by the decoder). */
  static width: u32 = 0;
  static height: u32 = 0;
  /** Channels of the rows: 1 gray, 2 gray and alpha, 3 RGB, 4 RGBA. */
  static channels: u32 = 0;
  /** EXIF 1..8. */
  static orientation: i32 = 1;
  /** Rows that were given out. */
  static done: u32 = 0;
  /** Why no row can be given out; a decoder that gives 0 for a row sets it. */
  static status: i32 = OK;
}
