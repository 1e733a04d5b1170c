/** What can be different between a file and its resized pixels, as changes of a card's input. */
import { readFileSync } from 'node:fs';
import type { CardInput, Resize } from '../models/card.js';
import { cardSchemaPath } from '../models/card.js';
import type { InputSize } from './reference.js';

/** What is cut out of the picture before it is resized; pipelines do it, cards do not. */
export type Before = 'square' | 'central 87.5 %' | 'padded square';

/** How pixels are made: of a card, and beyond one. */
export interface PixelSpec {
  resize: Resize;
  orientation: 'exif' | 'stored';
  alpha: 'drop' | 'white' | 'black';
  before?: Before;
  mirrored?: true;
  rounded?: true;
}

/** One knob at another place. */
export interface PixelKnob {
  /** Knobs of one group exclude each other. */
  group: 'resample' | 'draft' | 'geometry' | 'origin' | 'orientation' | 'alpha' | 'mirror' | 'samples';
  /** The card's field, or what there is no field for. */
  field: string;
  /** What it says then. */
  to: string;
  /** What the card says. */
  from: string;
  /** False for what a card has no words for. */
  inCard: boolean;
  apply(spec: PixelSpec): PixelSpec;
}

/** What is known of the picture and the input. */
export interface PixelContext {
  input: CardInput & { resize: Resize };
  size: InputSize;
  /** Upright sides of the picture. */
  width: number;
  height: number;
  /** EXIF orientation of the file, 1 when there is none. */
  orientation: number;
  hasAlpha: boolean;
  isJpeg: boolean;
}

/** The card's own way. */
export function cardSpec({ resize, orientation, alpha }: CardInput & { resize: Resize }): PixelSpec {
  return { resize, orientation: orientation ?? 'exif', alpha: alpha ?? 'drop' };
}

interface ResizeSchema {
  profile: readonly string[];
  filter: readonly string[];
}

/** Profiles and filters that the published schema knows. */
function resizeWords(): ResizeSchema {
  const schema = JSON.parse(readFileSync(cardSchemaPath(), 'utf8')) as {
    definitions: { resize: { properties: Record<keyof ResizeSchema, { enum: string[] }> } };
  };
  const { profile, filter } = schema.definitions.resize.properties;
  return { profile: profile.enum, filter: filter.enum };
}

const without = <K extends keyof Resize>(resize: Resize, ...keys: K[]): Omit<Resize, K> => {
  const rest = { ...resize };
  for (const key of keys) delete rest[key];
  return rest;
};

const describe = ({ profile, filter, antialias }: Resize): string =>
  `${profile} ${filter}${antialias === undefined ? '' : antialias ? ' with antialias' : ' without antialias'}`;

/** Every profile with every filter, antialiased or not; what does not exist is refused by the module. */
function resampleKnobs({ input: { resize } }: PixelContext): PixelKnob[] {
  const { profile: profiles, filter: filters } = resizeWords();
  const knobs: PixelKnob[] = [];
  for (const profile of profiles as Resize['profile'][]) {
    for (const filter of filters as Resize['filter'][]) {
      for (const antialias of [undefined, true, false]) {
        const own = profile === resize.profile && filter === resize.filter;
        if (own && antialias === resize.antialias) continue;
        // Within the card's own profile one field is enough to say it.
        const field =
          profile !== resize.profile ? 'resize.profile' : own ? 'resize.antialias' : 'resize.filter';
        const plain = antialias === undefined;
        const short =
          field === 'resize.filter' && plain
            ? filter
            : describe({ profile, filter, ...(plain ? {} : { antialias }) });
        knobs.push({
          group: 'resample',
          field,
          to: field === 'resize.antialias' ? String(antialias ?? 'absent') : short,
          from:
            field === 'resize.filter' && plain
              ? resize.filter
              : field === 'resize.antialias'
                ? String(resize.antialias ?? 'absent')
                : describe(resize),
          inCard: true,
          apply: (spec) => ({
            ...spec,
            resize: {
              ...without(spec.resize, 'antialias'),
              profile,
              filter,
              ...(plain ? {} : { antialias }),
            },
          }),
        });
      }
    }
  }
  // Plain variants first: of two that come to the same, the shorter one is told.
  return knobs.sort((a, b) => rank(a) - rank(b));
}

const rank = (knob: PixelKnob): number =>
  ['resize.filter', 'resize.antialias', 'resize.profile'].indexOf(knob.field) +
  (knob.to.includes(' with') ? 0.5 : 0);

/** How a card's resize reads: "shortest 256, crop [224, 224]". */
export function geometryText({ size, shortest, letterbox, crop }: Resize): string {
  const pair = (sides: readonly number[]) => `[${sides.join(', ')}]`;
  const first =
    size !== undefined
      ? `size ${pair(size)}`
      : letterbox !== undefined
        ? `letterbox ${pair(letterbox.size)}${letterbox.fill === undefined ? '' : ` fill ${letterbox.fill}`}`
        : `shortest ${shortest}`;
  return crop === undefined ? first : `${first}, crop ${pair(crop)}`;
}

/** Sides to which people resize before they crop. */
function usualShortest(side: number, own: number | undefined): number[] {
  const list = [side];
  for (const share of [0.875, 0.9, 0.95, 0.96, 0.965])
    list.push(Math.floor(side / share), Math.round(side / share));
  if (own !== undefined) list.push(own - 1, own + 1);
  list.push(side + 32, 232, 236, 240, 248, 256, 288, 292, 320, 342, 384, 512);
  return [...new Set(list)].filter((shortest) => shortest >= side && shortest !== own);
}

function geometryKnobs({ input: { resize }, size, width, height }: PixelContext): PixelKnob[] {
  const target: [number, number] = [size.height, size.width];
  const from = geometryText(resize);
  const knobs: PixelKnob[] = [];
  const add = (geometry: Partial<Resize>, more: Partial<PixelKnob> & { before?: Before } = {}) => {
    const to = geometryText(geometry as Resize);
    if (to === from && more.before === undefined) return;
    const { before, ...rest } = more;
    knobs.push({
      group: 'geometry',
      field: 'resize',
      to,
      from,
      inCard: true,
      apply: (spec) => ({
        ...spec,
        resize: {
          ...without(
            spec.resize,
            'size',
            'shortest',
            'letterbox',
            'crop',
            ...(geometry.crop === undefined ? (['origin'] as const) : []),
          ),
          ...geometry,
        },
        ...(before === undefined ? {} : { before }),
      }),
      ...rest,
    });
  };
  add({ size: target });
  for (const shortest of usualShortest(Math.max(...target), resize.shortest)) add({ shortest, crop: target });
  for (const shortest of [resize.shortest, 256].filter((side) => side !== undefined)) {
    const [short, long] = [Math.min(width, height), Math.max(width, height)];
    if (shortest < Math.max(...target)) continue;
    add({ size: [shortest, shortest], crop: target });
    // The long side is rounded down by torchvision and transformers; others round it.
    for (const [how, other] of [
      ['rounded', Math.round((shortest * long) / short)],
      ['rounded up', Math.ceil((shortest * long) / short)],
    ] as const) {
      if (other === Math.floor((shortest * long) / short)) continue;
      const whole: [number, number] = width <= height ? [other, shortest] : [shortest, other];
      const to = `shortest ${shortest} with the long side ${how} (${other}), crop [${target.join(', ')}]`;
      add({ size: whole, crop: target }, { to, inCard: false });
    }
  }
  if (resize.size !== undefined && resize.crop !== undefined)
    add({ shortest: Math.min(...resize.size), crop: target });
  for (const fill of [114, 0, 127, 128, 255]) add({ letterbox: { size: target, fill } });
  const squares: [Before, string][] = [
    ['square', 'the centred square of the picture, resized'],
    ['central 87.5 %', 'the central 87.5 % of the picture, resized'],
    ['padded square', `a centred square of ${size.height}/${size.height + 32} of the short side, resized`],
  ];
  for (const [before, to] of squares) add({ size: target }, { before, to, inCard: false });
  return knobs;
}

/** A knob of one field with other words. */
function wordKnobs<K extends 'orientation' | 'alpha'>(
  group: K,
  words: readonly PixelSpec[K][],
  own: PixelSpec[K],
): PixelKnob[] {
  return words
    .filter((word) => word !== own)
    .map((word) => ({
      group,
      field: group,
      to: word,
      from: own,
      inCard: true,
      apply: (spec) => ({ ...spec, [group]: word }),
    }));
}

/** Knobs that may do nothing alone and something beside another. */
export const LEAN_ON_OTHERS: readonly PixelKnob['group'][] = ['origin', 'geometry', 'samples'];

/** All knobs that may change the pixels of this picture. */
export function pixelKnobs(context: PixelContext): PixelKnob[] {
  const { input, orientation, hasAlpha, isJpeg } = context;
  const { resize } = input;
  const own = cardSpec(input);
  const knobs = [...resampleKnobs(context), ...geometryKnobs(context)];
  const origin = resize.origin ?? 'round';
  const other = origin === 'round' ? 'floor' : 'round';
  knobs.push({
    group: 'origin',
    field: 'resize.origin',
    to: other,
    from: origin,
    inCard: true,
    // Without a crop there is nothing to round.
    apply: (spec) =>
      spec.resize.crop === undefined ? spec : { ...spec, resize: { ...spec.resize, origin: other } },
  });
  if (isJpeg) {
    const draft = resize.draft !== true;
    knobs.push({
      group: 'draft',
      field: 'resize.draft',
      to: String(draft),
      from: String(!draft),
      inCard: true,
      apply: (spec) => ({
        ...spec,
        resize: { ...without(spec.resize, 'draft'), ...(draft ? { draft } : {}) },
      }),
    });
  }
  if (orientation !== 1) knobs.push(...wordKnobs('orientation', ['exif', 'stored'], own.orientation));
  if (hasAlpha) knobs.push(...wordKnobs('alpha', ['drop', 'white', 'black'], own.alpha));
  knobs.push({
    group: 'mirror',
    field: 'mirror',
    to: 'left and right exchanged',
    from: 'none',
    inCard: false,
    apply: (spec) => ({ ...spec, mirrored: true }),
  });
  knobs.push({
    group: 'samples',
    field: 'rounding of samples',
    to: 'to whole numbers, after a resize in float',
    from: "the profile's",
    inCard: false,
    apply: (spec) => ({ ...spec, rounded: true }),
  });
  return knobs;
}
