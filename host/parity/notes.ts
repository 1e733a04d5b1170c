/** What the remaining difference means, in sentences. */
import type { Fit } from './measure.js';
import { fitLines, levelsLeft } from './measure.js';
import { allNormalizations, formulaOf, recoveredNormalizations } from './normalizations.js';
import type { Reference } from './reference.js';
import type { SearchResult } from './search.js';
import type { Values } from './values.js';

/** Differences in samples below which only arithmetic is left. */
const ARITHMETIC_LEVELS = 0.01;
/** Roundings of one step. */
const ROUNDING_LEVELS = 1.01;
/** Another decoder's chroma at the edges, after the picture was made smaller. */
const DECODER_LEVELS = { max: 64, mean: 2.5 };
/** Share of the variance that the same picture does not leave open. */
const SAME_PICTURE = 0.3;

/** A formula that has the fitted lines, in the numbers that people write; undefined when the lines are nobody's. */
export function looksLike(fit: Fit, own: Values): string | undefined {
  if (fit.unexplained > SAME_PICTURE || fit.lines.some(({ slope }) => !(slope > 0))) return undefined;
  const near = (a: number, b: number, unit: number) => Math.abs(a - b) <= 0.02 * unit;
  const fits = (values: Values) => {
    const scale = values.multiply ?? 1 / (values.divide ?? 1);
    return fit.lines.every(({ slope, offset }, c) => {
      const wanted = scale / values.std[c]!;
      return near(slope, wanted, wanted) && near(offset, -values.mean[c]! / values.std[c]!, 128 * wanted);
    });
  };
  const distance = (values: Values) => {
    const scale = values.multiply ?? 1 / (values.divide ?? 1);
    return fit.lines.reduce((sum, { slope, offset }, c) => {
      const wanted = scale / values.std[c]!;
      return (
        sum +
        Math.abs(slope / wanted - 1) +
        Math.abs(offset + values.mean[c]! / values.std[c]!) / (128 * wanted)
      );
    }, 0);
  };
  const known = allNormalizations(own).filter(fits);
  if (known.length > 0) return formulaOf(known.reduce((a, b) => (distance(b) < distance(a) - 1e-6 ? b : a)));
  const by255 = { ...own, divide: fit.lines[0]!.slope < 0.5 ? 255 : undefined, multiply: undefined };
  // Three digits, after the scaling that comes first.
  const [first] = recoveredNormalizations(by255, fit.lines).slice(2);
  return first === undefined ? undefined : formulaOf(first);
}

const number = (value: number): string => String(Number(value.toPrecision(3)));
const side = (pixels: number, less: string, more: string): string =>
  pixels === 0
    ? ''
    : `${Math.abs(pixels)} pixel${Math.abs(pixels) === 1 ? '' : 's'} ${pixels > 0 ? more : less}`;

/** Sentences about the reference and what is left of the difference. */
export function notesOf(result: SearchResult, reference: Reference, own: Values, isJpeg: boolean): string[] {
  const notes: string[] = [];
  const { pixels, reversed, reshaped, moved } = result.best;
  const target = reshaped ? reference.reshaped : reference.values;
  const fit = fitLines(pixels, target, reversed);
  const { notFinite, dtype } = reference;
  if (notFinite > 0) notes.push(`${notFinite} elements of the reference are infinite or no number`);
  if (notFinite === target.length) return notes;
  if (dtype === 'f64')
    notes.push('the reference is f64: its elements were rounded to f32, as a graph is fed');
  if (fit.lines.every(({ slope }) => slope === 0)) {
    notes.push('the picture or the reference is of one colour: nothing can be told about pixels');
    return notes;
  }
  if (result.trials.some((trial) => trial.equal)) return notes;
  const formula = looksLike(moved?.fit ?? fit, own);
  if (formula !== undefined)
    notes.push(`the reference looks like ${formula}${reversed ? ', channels in the order BGR' : ''}`);
  if (result.trials.some((trial) => trial.difference.max === 0)) notes.push('every finite element is equal');
  else if (moved === undefined)
    notes.push(meaningOf(fit, levelsLeft(pixels, target, reversed, fit.lines), isJpeg));
  else {
    const way = [side(moved.x, 'left', 'right'), side(moved.y, 'up', 'down')];
    notes.push(
      `the reference's window lies ${way.filter((text) => text !== '').join(' and ')} of ours: the crop begins elsewhere`,
    );
  }
  return notes;
}

function meaningOf({ unexplained }: Fit, levels: { max: number; mean: number }, isJpeg: boolean): string {
  const numbers = `at most ${number(levels.max)} of 255, on average ${number(levels.mean)}`;
  if (levels.max <= ARITHMETIC_LEVELS)
    return `the pixels are the same (${numbers}): only the arithmetic of the normalisation differs, in the last bits`;
  if (levels.max <= ROUNDING_LEVELS)
    return `the pixels differ by ${numbers}: another rounding inside of the resize, as between float and integer pipelines`;
  if (unexplained > SAME_PICTURE)
    return 'the reference shows another picture, another part of it, or an augmented one: save it with augmentations off';
  if (isJpeg && levels.max <= DECODER_LEVELS.max && levels.mean <= DECODER_LEVELS.mean)
    return `the pixels differ by ${numbers}: this suggests another JPEG decoder (ours equals libjpeg-turbo, as Pillow and OpenCV have it); decode the same file to PNG on both sides to be sure`;
  return `the pixels differ by ${numbers}: the picture is the same, the resize is one that no card of this version describes`;
}
