/**
 * The help texts.
 */

import { TextWriter, put } from '../text/writer';
import { TASK_CLASSIFY, TASK_DETECT, TASK_EMBED, TASK_SEGMENT } from '../card/plan';
import { COMMAND_PREPROCESS } from './options';

/** Version of the module, as package.json has it. */
export const VERSION: string = '0.1.0';

const GENERAL: string = `edge-infer: answers about pictures with a model package through WASI-NN

  edge_infer classify|detect|segment|embed IMAGE... --model DIR [flags]
  edge_infer preprocess IMAGE --model DIR --out FILE.npy
  edge_infer COMMAND --help | --help | --version

Exit codes: 0 good, 2 usage, 3 input, 4 model, 5 runtime, 7 security.
`;

const CLASSIFY: string = `edge_infer classify IMAGE... --model DIR

  IMAGE                JPEG, PNG, PNM or BMP file, - for standard input
  --model DIR          folder with model.json
  --top N              how many answers (5)
  --threshold X        least confidence, 0 to 1 (0)
  --json               one JSON object an image a line
  --precision P        only graphs of this precision (fp32, int8, ...)
  --encoding E         only graphs of this encoding (onnx, openvino, ...)
  --graph NAME         graph that the host has loaded under a name; the host vouches for it
  --target T           cpu, gpu or tpu (cpu)
  --trust              skip the SHA-256 check of the model's files
  --images-from FILE   more images, one path a line, - for standard input
  --raw WIDTHxHEIGHT[:FORMAT[:MATRIX[:RANGE]]]
                       images are raw pixels: gray, rgb (if not said), rgba, bgr, bgra; nv12, nv21, i420,
                       yuyv with bt601 or bt709, limited or full
  --runtime-name NAME  name of the runtime for the answer
  --provider E=P,...   what executes each encoding, for the answer
  --verbose            also say which graphs were refused and why
`;

const DETECT: string = `edge_infer detect IMAGE... --model DIR

  --top N, --threshold X, --iou X are those of the card where they are not given; all other flags as for classify
`;

const SEGMENT: string = `edge_infer segment IMAGE... --model DIR

  --out FILE.npy       the classes of the pixels, - for standard output
  --size picture|model size of that mask (picture)
  other flags as for classify, without --top and --threshold
`;

const EMBED: string = `edge_infer embed IMAGE... --model DIR

  flags as for classify, without --top and --threshold
`;

const PREPROCESS: string = `edge_infer preprocess IMAGE --model DIR --out FILE.npy

  Writes the exact input tensor as NumPy file and prints its SHA-256.
  --out FILE.npy       - for standard output
  --json --raw --trust --verbose as for classify
`;

/** Prints the help of a command, or the general one. */
export function putHelp(w: TextWriter, command: i32): void {
  if (command == TASK_CLASSIFY) put(w, CLASSIFY);
  else if (command == TASK_DETECT) put(w, DETECT);
  else if (command == TASK_SEGMENT) put(w, SEGMENT);
  else if (command == TASK_EMBED) put(w, EMBED);
  else if (command == COMMAND_PREPROCESS) put(w, PREPROCESS);
  else put(w, GENERAL);
}
