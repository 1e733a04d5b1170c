/** The picture on the page, with what was found on it. */

const SMALL = 200;
const LINE = 0.006;

/**
 * @typedef {{ label: string, class_id: number, confidence: number, box?: readonly [number, number, number, number] }} Found
 *   `box`: left, top, right, bottom in pixels of the picture
 */

/** Draws a picture and gives its size. */
export function drawPicture(canvas, picture) {
  const width = picture.videoWidth ?? picture.width;
  const height = picture.videoHeight ?? picture.height;
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  canvas.classList.toggle('small', width < SMALL);
  const context = canvas.getContext('2d');
  context.clearRect(0, 0, width, height);
  context.drawImage(picture, 0, 0);
}

/** Name of a prediction, for models with and without labels. */
export function nameOf({ label, class_id }) {
  return label === '' ? `class ${class_id}` : label;
}

/** Draws the boxes of those predictions that have one. */
export function drawBoxes(canvas, predictions) {
  const context = canvas.getContext('2d');
  const unit = Math.max(canvas.width, canvas.height) * LINE;
  context.lineWidth = Math.max(1, unit);
  context.font = `600 ${Math.max(10, unit * 5)}px system-ui, sans-serif`;
  context.textBaseline = 'top';
  for (const prediction of predictions) {
    if (prediction.box === undefined) continue;
    const [left, top, right, bottom] = prediction.box;
    const colour = `hsl(${(prediction.class_id * 137) % 360} 75% 45%)`;
    const text = `${nameOf(prediction)} ${percent(prediction.confidence)}`;
    const { width } = context.measureText(text);
    const height = Math.max(14, unit * 6.5);
    const above = top >= height ? top - height : top;
    // Kept inside of the picture, where a box is near its right side.
    const start = Math.max(0, Math.min(left, canvas.width - width - unit * 3));
    context.strokeStyle = colour;
    context.strokeRect(left, top, right - left, bottom - top);
    context.fillStyle = colour;
    context.fillRect(start, above, width + unit * 3, height);
    context.fillStyle = '#fff';
    context.fillText(text, start + unit * 1.5, above + (height - unit * 5) / 2);
  }
}

/** `81.4 %` */
export function percent(share) {
  return `${(share * 100).toFixed(1)} %`;
}
