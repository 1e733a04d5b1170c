/** softmax, log-softmax and sigmoid; softmax with ranking. */

export { sigmoidOf } from './scalar';
export { sigmoid } from './simd';
export { logSoftmax, softmax } from './softmax';
export { softmaxTopK } from './top';
