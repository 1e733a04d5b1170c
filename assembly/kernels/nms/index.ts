/** Non-maximum suppression: greedy and soft, by class, of one picture or several. */

export { NMS_MAX_BOXES, nms, nmsBatch, nmsScratchBytes } from './greedy';
export { softNms, softNmsScratchBytes } from './soft';
