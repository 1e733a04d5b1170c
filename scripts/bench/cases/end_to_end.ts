/** JPEG bytes to the five best classes of MobileNetV2 FP32, in Node, one thread, graph time included. */
import type { BenchCase, SubjectSpec } from '../case.js';
import { f32Difference, topOneAgreement } from '../compare.js';
import { mobileNet, mobileNetGraph, transformersModels, ultraFace } from '../models.js';
import { nodeSubject, pythonSubject } from '../worker_subject.js';

const engine: SubjectSpec = {
  name: 'edge-infer, createEngine in one thread',
  open: async (machine) =>
    nodeSubject(machine, {
      subject: 'engine.classify',
      params: { files: (await machine.pictures()).photographs, model: mobileNet() },
    }),
};

const MISSED =
  'The graph is the same for all and takes most of the time, so the rest would have to take less than half of what it does beside the rival. ' +
  'SHA-256 of the input (602,112 bytes) is the one thing that no rival does: the host could take it with its processor instructions, several times faster than WebAssembly can.';

const DIFFERS = { why: 'another resize gives another tensor', compare: topOneAgreement };

const DETECT: BenchCase = {
  id: 'detect/ultraface',
  title: 'JPEG bytes to the boxes of faces, UltraFace RFB-320 FP32, one thread',
  per: 'a picture',
  rounds: 11,
  ours: {
    name: 'edge-infer, createEngine in one thread',
    open: async (machine) => {
      const { model, picture } = ultraFace(machine);
      return nodeSubject(machine, { subject: 'engine.detect', params: { files: [picture], model } });
    },
  },
  rivals: [
    {
      name: 'sharp + JavaScript + onnxruntime-node',
      open: async (machine) => {
        const { graph, picture } = ultraFace(machine);
        const rivals = await machine.nodeRivals();
        return nodeSubject(machine, { subject: 'sharp.detect', params: { rivals, files: [picture], graph } });
      },
      differs: {
        why: 'another resize gives another tensor',
        compare: (a, b) => `corners: ${f32Difference(a, b)}`,
      },
    },
  ],
};

export const END_TO_END_CASES: readonly BenchCase[] = [
  {
    id: 'classify/mobilenet-v2',
    title: 'JPEG bytes to the best 5 classes, MobileNetV2 1.0 224 FP32, one thread',
    per: 'a picture',
    rounds: 11,
    ours: engine,
    rivals: [
      {
        name: 'sharp + JavaScript + onnxruntime-node',
        open: async (machine) =>
          nodeSubject(machine, {
            subject: 'sharp.classify',
            params: {
              rivals: await machine.nodeRivals(),
              files: (await machine.pictures()).photographs,
              graph: mobileNetGraph(),
            },
          }),
        goal: { ratio: 0.85 },
        missed: MISSED,
        differs: DIFFERS,
      },
      {
        name: '@huggingface/transformers, pipeline',
        open: async (machine) =>
          nodeSubject(machine, {
            subject: 'transformers.classify',
            params: {
              rivals: await machine.nodeRivals(),
              files: (await machine.pictures()).photographs,
              ...transformersModels(machine),
            },
          }),
        goal: { ratio: 0.5 },
        missed: MISSED,
        differs: DIFFERS,
      },
      {
        name: 'Pillow + NumPy + ONNX Runtime (Python)',
        open: async (machine) =>
          pythonSubject(machine, {
            subject: 'classify_pillow',
            params: { files: (await machine.pictures()).photographs, graph: mobileNetGraph() },
          }),
        differs: { why: 'equal probabilities may change places', compare: topOneAgreement },
      },
    ],
  },
  DETECT,
];
