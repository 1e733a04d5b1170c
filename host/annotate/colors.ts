/** Colours of classes: the same class has the same one always, and neighbours differ in hue and lightness. */

/** Red, green, blue: 0 to 255. */
export type Rgb = readonly [number, number, number];

export const BLACK: Rgb = [0, 0, 0];
export const WHITE: Rgb = [255, 255, 255];

/** Degrees: each hue lies far from all before. */
const GOLDEN_ANGLE = 180 * (3 - Math.sqrt(5));
const FIRST_HUE = 142;
const LIGHTNESSES = [0.78, 0.68, 0.86];
const CHROMA = 0.17;

function encoded(linear: number): number {
  const x = Math.min(1, Math.max(0, linear));
  return Math.round(255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055));
}

/** OKLCH (B. Ottosson, "A perceptual color space for image processing", 2020) to sRGB, cut off at its ends. */
function oklch(lightness: number, chroma: number, hue: number): Rgb {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encoded(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** The colour of a class. */
export function classColor(classId: number): Rgb {
  const lightness = LIGHTNESSES[classId % LIGHTNESSES.length] ?? 0.75;
  return oklch(lightness, CHROMA, (FIRST_HUE + classId * GOLDEN_ANGLE) % 360);
}

/** Black or white, whichever reads better on a colour (relative luminance of WCAG 2). */
export function inkOn([red, green, blue]: Rgb): Rgb {
  const linear = (value: number) => {
    const x = value / 255;
    return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
  };
  const luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  return (luminance + 0.05) ** 2 > 1.05 * 0.05 ? BLACK : WHITE;
}
