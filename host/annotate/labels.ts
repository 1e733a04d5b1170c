/** Labels: text on a plate of the class's colour, where it hides little. */
import { type Canvas, type Rectangle, textHeight, textWidth } from './canvas.js';
import { BLACK, classColor, inkOn } from './colors.js';

/** Sizes that go with the size of a picture. */
export interface Scale {
  /** Pixels of a line. */
  line: number;
  /** Pixels of the picture for one of the font. */
  text: number;
}

/** What is legible when the whole picture is looked at. */
export function scaleFor(width: number, height: number): Scale {
  const side = Math.sqrt(width * height);
  return { line: Math.max(1, Math.round(side / 250)), text: Math.max(1, Math.round(side / 280)) };
}

const EDGE_ALPHA = 0.55;

/** Size of the plate of a text. */
export function plateSize(text: string, scale: Scale): { width: number; height: number } {
  return {
    width: textWidth(text, scale.text) + 4 * scale.text,
    height: textHeight(scale.text) + 2 * scale.text,
  };
}

/** Draws a plate with its upper left corner at a place. */
export function drawPlate(canvas: Canvas, text: string, at: Rectangle, classId: number, scale: Scale): void {
  const color = classColor(classId);
  canvas.fill(grown(at, Math.max(1, scale.line >> 1)), BLACK, EDGE_ALPHA);
  canvas.fill(at, color);
  canvas.text(
    text,
    at.left + 2 * scale.text,
    at.top + Math.round(1.5 * scale.text),
    scale.text,
    inkOn(color),
  );
}

/** A rectangle larger by `by` pixels on each side. */
export function grown({ left, top, right, bottom }: Rectangle, by: number): Rectangle {
  return { left: left - by, top: top - by, right: right + by, bottom: bottom + by };
}

function overlap(a: Rectangle, b: Rectangle): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** Where the plate of a box goes: above it, inside at its top, or below; inside the picture, off other plates if it can. */
export function placePlate(
  canvas: Canvas,
  box: Rectangle,
  size: { width: number; height: number },
  taken: readonly Rectangle[],
): Rectangle {
  const left = Math.max(0, Math.min(box.left, canvas.width - size.width));
  const at = (top: number): Rectangle => ({ left, top, right: left + size.width, bottom: top + size.height });
  const places = [box.top - size.height, box.top, box.bottom, box.bottom - size.height]
    .map(at)
    .filter((place) => place.top >= 0 && place.bottom <= canvas.height);
  return (
    places.find((place) => !taken.some((other) => overlap(place, other))) ??
    places[0] ??
    at(Math.max(0, Math.min(box.top, canvas.height - size.height)))
  );
}
