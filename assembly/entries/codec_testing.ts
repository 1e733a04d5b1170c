/** Test entry: the codecs and the arena, without anything around them. No artifact contains it. */
export { arenaAlloc, arenaHighWater, arenaMark, arenaRelease } from '../memory/arena';
export {
  imageChannels,
  imageErrorText,
  imageFormatName,
  imageHeight,
  imageNextRow,
  imageOpen,
  imageOpenRaw,
  imageOrientation,
  imageReduce,
  imageStatus,
  imageWidth,
} from '../codecs/image';
export {
  jpegChannels,
  jpegHeight,
  jpegNextRow,
  jpegOpen,
  jpegOrientation,
  jpegStatus,
  jpegWidth,
} from '../codecs/jpeg/index';
export { orientInto } from '../codecs/orient';
