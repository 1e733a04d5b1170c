/** Answers drawn on pictures. */
import type { DetectedObject, Prediction, Segmentation } from '../engine/results.js';
import type { Canvas, Rectangle } from './canvas.js';
import { BLACK, classColor } from './colors.js';
import { drawPlate, grown, placePlate, plateSize, scaleFor } from './labels.js';

const EDGE_ALPHA = 0.55;
const MASK_ALPHA = 0.5;
const LEGEND_LINES = 12;
/** Classes of this name are left as they are. */
const BACKGROUND = /^(background|unlabeled|void)$/i;

const percent = (share: number): string => `${(share * 100).toFixed(share >= 0.9995 ? 0 : 1)}%`;

/** `label 97.1%`; classes without a label have a number. */
function caption(label: string, classId: number, share: number): string {
  return `${label === '' ? `class ${classId}` : label} ${percent(share)}`;
}

/** Boxes with their labels, the best on top. */
export function drawBoxes(canvas: Canvas, predictions: readonly DetectedObject[]): void {
  const scale = scaleFor(canvas.width, canvas.height);
  const edge = Math.max(1, scale.line >> 1);
  const boxes = predictions.map(({ box: [x1, y1, x2, y2] }): Rectangle => {
    const left = Math.min(Math.floor(x1), canvas.width - 1);
    const top = Math.min(Math.floor(y1), canvas.height - 1);
    return { left, top, right: Math.max(left + 1, Math.ceil(x2)), bottom: Math.max(top + 1, Math.ceil(y2)) };
  });
  for (const [i, { class_id }] of [...predictions.entries()].reverse()) {
    const box = boxes[i] as Rectangle;
    // A dark line on both sides of the coloured one shows on any background.
    canvas.frame(grown(box, edge), edge, BLACK, EDGE_ALPHA);
    canvas.frame(grown(box, -scale.line), edge, BLACK, EDGE_ALPHA);
    canvas.frame(box, scale.line, classColor(class_id));
  }
  const plates: Rectangle[] = [];
  for (const [i, { label, class_id, confidence }] of predictions.entries()) {
    const text = caption(label, class_id, confidence);
    const place = placePlate(canvas, boxes[i] as Rectangle, plateSize(text, scale), plates);
    plates.push(place);
    drawPlate(canvas, text, place, class_id, scale);
  }
}

/** Classes tinted, a dark line where they meet, and a legend. The mask is of the picture's size. */
export function drawMask(
  canvas: Canvas,
  { mask, predictions }: Pick<Segmentation, 'mask' | 'predictions'>,
): void {
  const { width, height, data } = mask;
  const left = new Set(
    predictions.filter(({ label }) => BACKGROUND.test(label)).map(({ class_id }) => class_id),
  );
  left.add(data instanceof Uint16Array ? 65535 : 255);
  const colors = new Map(predictions.map(({ class_id }) => [class_id, classColor(class_id)]));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const here = data[at] ?? 0;
      const right = x + 1 < width ? data[at + 1] : here;
      const below = y + 1 < height ? data[at + width] : here;
      const color = left.has(here) ? undefined : colors.get(here);
      if (color !== undefined) canvas.blend(x, y, color, MASK_ALPHA);
      if (here !== right || here !== below) canvas.blend(x, y, BLACK, EDGE_ALPHA);
    }
  }
  drawLegend(
    canvas,
    predictions
      .filter(({ class_id }) => !left.has(class_id))
      .map(({ label, class_id, area }) => ({ label, class_id, confidence: area })),
  );
}

/** Lines in the upper left corner. */
export function drawLegend(canvas: Canvas, rows: readonly Prediction[]): void {
  const scale = scaleFor(canvas.width, canvas.height);
  let top = 2 * scale.line;
  for (const { label, class_id, confidence } of rows.slice(0, LEGEND_LINES)) {
    const text = caption(label, class_id, confidence);
    const { width, height } = plateSize(text, scale);
    if (top + height > canvas.height) return;
    const left = 2 * scale.line;
    drawPlate(canvas, text, { left, top, right: left + width, bottom: top + height }, class_id, scale);
    top += height + scale.line;
  }
}
