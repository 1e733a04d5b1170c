/**
 * model.json -> {@link plan}. Every field is checked for type and range; unknown fields are ignored, an unknown
 * schema number is refused. Nothing outside the card is touched here.
 */

import { profileStatus, resizeErrorText } from '../kernels/resize';
import { arenaAllocZeroed } from '../memory/arena';
import { OUT_OF_MEMORY } from '../status';
import { JSON_OBJECT, jsonText, jsonTextLength, jsonType } from '../text/json_node';
import { jsonParse, jsonStatus } from '../text/json_reader';
import {
  cardAt,
  cardBegin,
  cardWrong,
  cardStatus,
  fieldArray,
  fieldBoolean,
  fieldChannels,
  fieldInteger,
  fieldNumber,
  fieldObject,
  fieldPair,
  fieldPresent,
  fieldShape,
  fieldString,
  fieldWord,
  keepText,
  keptLength,
  refusePlugin,
  REQUIRED,
} from './fields';
import { readFiles, readGraphs } from './read_graphs';
import { readOutputs } from './read_outputs';
import { quantScale, quantZero } from './read_quant';
import { pathStaysInside } from './paths';
import {
  CardFile,
  CardGraph,
  COLOR_GRAY,
  DTYPE_I8,
  DTYPE_U8,
  FILTER_BICUBIC,
  FILTER_BILINEAR,
  FILTER_CUBIC,
  FILTER_LINEAR,
  GEOMETRY_LETTERBOX,
  GEOMETRY_SHORTEST,
  GEOMETRY_SIZE,
  LAYOUT_NCHW,
  MAX_FILES,
  MAX_GRAPHS,
  ORIGIN_ROUND,
  PROFILE_OPENCV,
  PROFILE_TENSORFLOW,
  plan,
  Plan,
  SCALE_DIVIDE,
  SCALE_MULTIPLY,
  SCALE_NONE,
  TASK_CLASSIFY,
} from './plan';
import { CARD_JSON, CARD_LARGE, CARD_PATH } from './status';

const MAX_CARD_BYTES: usize = 1 << 20;

const SHAPE: usize = memory.data(16, 4);
const MEAN: usize = memory.data(16, 4);
const STD: usize = memory.data(16, 4);

/** Reads a card of `length` bytes, which must outlive the plan's tables; status, {@link cardReason} says why. */
export function readCard(from: usize, length: usize): i32 {
  memory.fill(changetype<usize>(plan), 0, offsetof<Plan>());
  cardBegin();
  if (length > MAX_CARD_BYTES) return CARD_LARGE;
  const root = jsonParse(from, length);
  if (root == 0) return jsonStatus() == OUT_OF_MEMORY ? OUT_OF_MEMORY : CARD_JSON;
  plan.graphs = arenaAllocZeroed(<usize>MAX_GRAPHS * offsetof<CardGraph>());
  plan.files = arenaAllocZeroed(<usize>MAX_FILES * offsetof<CardFile>());
  if (plan.graphs == 0 || plan.files == 0) return OUT_OF_MEMORY;
  if (jsonType(root) != JSON_OBJECT) cardWrong('the card', '', 'must be a JSON object');
  fieldInteger(root, '', 'schema', 1, 1, REQUIRED);
  const name = fieldString(root, '', 'name', true);
  plan.name = keepText(name);
  plan.nameLength = keptLength(name);
  const version = fieldString(root, '', 'version', true);
  plan.version = keepText(version);
  plan.versionLength = keptLength(version);
  plan.task = fieldWord(root, '', 'task', 'classify detect segment embed raw text', REQUIRED);
  readInput(fieldObject(root, '', 'input', true));
  readOutputs(root);
  // A host that runs the graph itself reads its files itself.
  if (isDefined(NN_ABI) && NN_ABI != 0) {
    readGraphs(fieldArray(root, '', 'graphs', true));
    plan.extraFiles = plan.fileCount;
    readFiles(fieldArray(root, '', 'files', false));
  }
  cardAt(-1, -1);
  return cardStatus;
}

function readInput(input: usize): void {
  if (cardStatus != 0) return;
  refusePlugin(input, 'input.');
  const name = fieldString(input, 'input.', 'name', false);
  plan.inputName = keepText(name);
  plan.inputNameLength = keptLength(name);
  plan.dtype = fieldWord(input, 'input.', 'dtype', 'f32 f16 u8 i8', REQUIRED);
  plan.layout = fieldWord(input, 'input.', 'layout', 'NCHW NHWC', REQUIRED);
  plan.color = fieldWord(input, 'input.', 'color', 'RGB BGR gray', REQUIRED);
  plan.exif = fieldWord(input, 'input.', 'orientation', 'exif stored', 0) == 0;
  plan.alpha = fieldWord(input, 'input.', 'alpha', 'drop white black', 0);
  fieldShape(input, 'input.', 'shape', SHAPE);
  if (cardStatus != 0) return;
  const planar = plan.layout == LAYOUT_NCHW;
  const channels = plan.color == COLOR_GRAY ? 1 : 3;
  plan.channels = load<i32>(SHAPE, 4);
  plan.height = load<i32>(SHAPE, 8);
  plan.width = load<i32>(SHAPE, 12);
  if (!planar) {
    plan.height = load<i32>(SHAPE, 4);
    plan.width = load<i32>(SHAPE, 8);
    plan.channels = load<i32>(SHAPE, 12);
  }
  if (load<i32>(SHAPE) != 1 || plan.channels != channels || plan.height * plan.width > 1 << 26) {
    cardWrong('input.', 'shape', 'must be one picture of the channels that input.color and input.layout say');
  }
  readResize(fieldObject(input, 'input.', 'resize', true));
  readNormalize(fieldObject(input, 'input.', 'normalize', false));
  const quant = fieldObject(input, 'input.', 'quant', false);
  plan.inputQuantized = quant != 0;
  plan.inputScale = quantScale(quant, 'input.quant.');
  plan.inputZero = quantZero(quant, 'input.quant.', plan.dtype);
}

function readResize(resize: usize): void {
  const prefix = 'input.resize.';
  plan.profile = fieldWord(resize, prefix, 'profile', 'pillow opencv torchvision tensorflow', REQUIRED);
  plan.filter = fieldWord(
    resize,
    prefix,
    'filter',
    'nearest box bilinear hamming bicubic lanczos area linear cubic',
    REQUIRED,
  );
  if (plan.profile == PROFILE_OPENCV) {
    if (plan.filter == FILTER_LINEAR) plan.filter = FILTER_BILINEAR;
    if (plan.filter == FILTER_CUBIC) plan.filter = FILTER_BICUBIC;
  }
  const size = fieldPair(resize, prefix, 'size');
  plan.shortest = fieldInteger(resize, prefix, 'shortest', 1, 16384, 0);
  const crop = fieldPair(resize, prefix, 'crop');
  plan.origin = fieldWord(resize, prefix, 'origin', 'round floor', ORIGIN_ROUND);
  const letterbox = fieldObject(resize, prefix, 'letterbox', false);
  const boxed = letterbox == 0 ? 0 : fieldPair(letterbox, 'input.resize.letterbox.', 'size');
  if (letterbox != 0) plan.fill = fieldInteger(letterbox, 'input.resize.letterbox.', 'fill', 0, 255, 114);
  const antialias = plan.profile != PROFILE_OPENCV && plan.profile != PROFILE_TENSORFLOW;
  plan.antialias = fieldBoolean(resize, prefix, 'antialias', antialias);
  const status = profileStatus(plan.profile, plan.filter, plan.antialias);
  if (status != 0) cardWrong(prefix, 'filter:', resizeErrorText(status, plan.profile));
  plan.draft = fieldBoolean(resize, prefix, 'draft', false);
  if (cardStatus != 0) return;
  const ways = (size != 0 ? 1 : 0) + (plan.shortest != 0 ? 1 : 0) + (letterbox != 0 ? 1 : 0);
  if (ways != 1) {
    cardWrong('input.', 'resize', 'must have exactly one of size, shortest and letterbox');
    return;
  }
  plan.geometry = letterbox != 0 ? GEOMETRY_LETTERBOX : size != 0 ? GEOMETRY_SIZE : GEOMETRY_SHORTEST;
  if (letterbox != 0 && (boxed == 0 || crop != 0)) {
    cardWrong(prefix, 'letterbox', 'must have a size and goes without crop');
  }
  const target = letterbox != 0 ? boxed : size;
  plan.resizeHeight = <i32>(target >> 32);
  plan.resizeWidth = <i32>(target & 0xffffffff);
  plan.cropped = crop != 0;
  const shown = crop != 0 ? crop : target;
  if (shown == 0) {
    cardWrong(prefix, 'crop', 'is missing: with shortest the size of the picture would vary');
    return;
  }
  const height = <i32>(shown >> 32);
  const width = <i32>(shown & 0xffffffff);
  if (height != plan.height || width != plan.width) {
    cardWrong('input.', 'shape', 'must agree with the size that input.resize gives');
  }
  const tooLarge =
    plan.geometry == GEOMETRY_SHORTEST
      ? height > plan.shortest || width > plan.shortest
      : height > plan.resizeHeight || width > plan.resizeWidth;
  if (tooLarge) cardWrong(prefix, 'crop', 'must not be larger than the resized picture');
}

function readNormalize(normalize: usize): void {
  const prefix = 'input.normalize.';
  const divided = normalize != 0 && fieldPresent(normalize, 'divide');
  const multiplied = normalize != 0 && fieldPresent(normalize, 'multiply');
  if (divided && multiplied) cardWrong('input.', 'normalize', 'must not have both divide and multiply');
  plan.scaling = divided ? SCALE_DIVIDE : multiplied ? SCALE_MULTIPLY : SCALE_NONE;
  plan.factor = divided
    ? fieldNumber(normalize, prefix, 'divide', 1)
    : multiplied
      ? fieldNumber(normalize, prefix, 'multiply', 1)
      : 1;
  if (divided && plan.factor == 0) cardWrong(prefix, 'divide', 'must not be 0');
  fieldChannels(normalize, prefix, 'mean', plan.channels, 0, MEAN);
  fieldChannels(normalize, prefix, 'std', plan.channels, 1, STD);
  plan.mean0 = load<f32>(MEAN);
  plan.mean1 = load<f32>(MEAN, 4);
  plan.mean2 = load<f32>(MEAN, 8);
  plan.mean3 = load<f32>(MEAN, 12);
  plan.std0 = load<f32>(STD);
  plan.std1 = load<f32>(STD, 4);
  plan.std2 = load<f32>(STD, 8);
  plan.std3 = load<f32>(STD, 12);
  if (plan.std0 == 0 || plan.std1 == 0 || plan.std2 == 0) {
    cardWrong(prefix, 'std', 'must not be 0');
  }
}
