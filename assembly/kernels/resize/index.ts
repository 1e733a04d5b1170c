/** Resize: geometry, the streaming stage, and the row kernels that it uses. */

export {
  ResizeWindow,
  geometryCrop,
  geometryLetterbox,
  geometryShortest,
  geometrySize,
  resizeWindow,
} from './geometry';
export { profileStatus } from './profiles';
export { RESIZE_MAX_SIDE, resizeErrorText } from './status';
export {
  resizeBegin,
  resizeElementBytes,
  resizeFill,
  resizeFirstRow,
  resizeLastRow,
  resizePush,
  resizeTake,
} from './stream';
