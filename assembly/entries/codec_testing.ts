/** Test entry: the codecs and the arena, without anything around them. */
export { arenaAlloc, arenaHighWater, arenaMark, arenaRelease } from '../memory/arena';
export {
  jpegChannels,
  jpegHeight,
  jpegNextRow,
  jpegOpen,
  jpegOrientation,
  jpegStatus,
  jpegWidth,
} from '../codecs/jpeg/index';
