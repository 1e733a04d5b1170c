/** A picture that is drawn on: rectangles and text, in whole pixels. */
import type { Rgb } from './colors.js';
import { GLYPH, glyphPixel, plainText } from './font.js';

/** Corners, right and bottom outside. */
export interface Rectangle {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Pixels between glyphs, of the font. */
const GAP = 1;

export class Canvas {
  /** @param data RGB, width * height * 3 bytes: drawn on in place */
  constructor(
    readonly data: Uint8Array,
    readonly width: number,
    readonly height: number,
  ) {}

  /** Mixes a colour into a pixel inside the picture. */
  blend(x: number, y: number, color: Rgb, alpha: number): void {
    const at = (y * this.width + x) * 3;
    for (let i = 0; i < 3; i++) {
      const old = this.data[at + i] ?? 0;
      this.data[at + i] = Math.round(old + ((color[i] ?? 0) - old) * alpha);
    }
  }

  /** Fills what of a rectangle lies inside the picture. */
  fill({ left, top, right, bottom }: Rectangle, color: Rgb, alpha = 1): void {
    for (let y = Math.max(0, top); y < Math.min(this.height, bottom); y++) {
      for (let x = Math.max(0, left); x < Math.min(this.width, right); x++) this.blend(x, y, color, alpha);
    }
  }

  /** A frame whose line of `width` pixels lies inside the rectangle. */
  frame(outer: Rectangle, width: number, color: Rgb, alpha = 1): void {
    const { left, top, right, bottom } = outer;
    const line = Math.max(1, Math.min(width, (bottom - top) >> 1, (right - left) >> 1));
    this.fill({ left, top, right, bottom: top + line }, color, alpha);
    this.fill({ left, top: bottom - line, right, bottom }, color, alpha);
    this.fill({ left, top: top + line, right: left + line, bottom: bottom - line }, color, alpha);
    this.fill({ left: right - line, top: top + line, right, bottom: bottom - line }, color, alpha);
  }

  /** Text with its upper left corner at a place; `scale` pixels for one of the font. */
  text(text: string, left: number, top: number, scale: number, color: Rgb): void {
    let at = left;
    for (const character of plainText(text)) {
      for (let y = 0; y < GLYPH.height; y++) {
        for (let x = 0; x < GLYPH.width; x++) {
          if (!glyphPixel(character, x, y)) continue;
          const [pixelLeft, pixelTop] = [at + x * scale, top + y * scale];
          this.fill(
            { left: pixelLeft, top: pixelTop, right: pixelLeft + scale, bottom: pixelTop + scale },
            color,
          );
        }
      }
      at += (GLYPH.width + GAP) * scale;
    }
  }
}

/** Width of a text in pixels. */
export function textWidth(text: string, scale: number): number {
  const count = [...plainText(text)].length;
  return count === 0 ? 0 : (count * (GLYPH.width + GAP) - GAP) * scale;
}

/** Height of a line of text in pixels, what hangs below it included. */
export function textHeight(scale: number): number {
  return GLYPH.height * scale;
}
