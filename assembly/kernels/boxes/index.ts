/** Box forms, decoders of detection heads, and the way back to the picture. */

export {
  boxesToPicture,
  cxcywhToXyxy,
  decodePriors,
  xywhToXyxy,
  xyxyToCxcywh,
  xyxyToXywh,
} from './simd';
export { yoloGrid, yoloPlanes, yoloRows } from './yolo';
