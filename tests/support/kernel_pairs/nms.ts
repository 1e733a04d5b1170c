/** Overlap of a box with `size` others. */
import type { Form, KernelPair } from '../kernel_pairs.js';

const CLASSES = 3;

/** Boxes on a small raster, so that many overlap and touch; some hard, some turned inside out. */
function boxes(form: Form, count: number): Float32Array {
  const hard = form.hardFloats(count * 4);
  return hard.map((value, i) => {
    if (form.random(12) === 0) return value;
    return (i % 4 < 2 ? 0 : 4) + form.random(8);
  });
}

/** The groups of kernels/nms/groups.ts. */
function groupsOf(corners: Float32Array, classes: Int32Array): Uint8Array {
  const groups = new DataView(new ArrayBuffer(Math.ceil(classes.length / 4) * 96));
  new Uint8Array(groups.buffer).fill(0xff);
  for (const [i, category] of classes.entries()) {
    const at = (i >> 2) * 96 + (i & 3) * 4;
    const [x1, y1, x2, y2] = corners.subarray(i * 4, i * 4 + 4) as unknown as [
      number,
      number,
      number,
      number,
    ];
    const area = Math.fround(Math.fround(x2 - x1) * Math.fround(y2 - y1));
    for (const [field, value] of [x1, y1, x2, y2, area].entries())
      groups.setFloat32(at + field * 16, value, true);
    groups.setInt32(at + 80, category, true);
  }
  return new Uint8Array(groups.buffer);
}

const classesOf = (form: Form, count: number) =>
  Int32Array.from({ length: count }, () => form.random(CLASSES));

export const nmsPairs: readonly KernelPair[] = [
  {
    name: 'overlapsAny',
    run(form, n) {
      const groups = form.place(groupsOf(boxes(form, n), classesOf(form, n)));
      const others = form.place(boxes(form, 50));
      const found = Array.from({ length: 50 }, (_, i) => {
        const bar = form.random(4) / 4;
        return form.call('overlapsAny', groups, n, others + i * 16, form.random(CLASSES), bar);
      });
      return Uint8Array.from(found);
    },
  },
  ...[0, 1].map((gaussian) => ({
    name: `lowerScores ${gaussian === 0 ? 'linearly' : 'by a Gaussian'}`,
    run(form: Form, n: number) {
      const groups = form.place(groupsOf(boxes(form, n), classesOf(form, n)));
      const box = form.place(boxes(form, 1));
      const padded = Math.ceil(n / 4) * 4;
      const values = Float32Array.from({ length: padded }, (_, i) =>
        i < n ? form.random(1000) / 1000 : Number.NaN,
      );
      const scores = form.output(new Uint8Array(values.buffer));
      form.call('lowerScores', groups, scores, n, box, form.random(CLASSES), gaussian, 0.3, -2, 0.05);
      return form.readFloats(scores, padded);
    },
  })),
];
