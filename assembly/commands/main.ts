/**
 * The guest's command line. Exit codes: 0 good, 2 usage, 3 input, 4 model, 5 runtime, 7 security.
 *
 * Order in the arena: arguments, list of pictures, resident place of the model | scratch of one picture, which is
 * released after each: a thousand pictures take the memory of the largest one.
 */

import { asciiLength } from '../text/ascii';
import { answer } from '../answer';
import { plan } from '../card/plan';
import {
  EXIT_INPUT,
  EXIT_USAGE,
  faultBegin,
  faultClear,
  faultExit,
  faultTry,
  faultWhere,
  faultWhy,
} from '../fault';
import { arenaMark, arenaRelease } from '../memory/arena';
import { openCardOnly, openModel } from '../model';
import { choice, faultMemory } from '../package';
import { faultImage, preprocessEncoded, preprocessRaw } from '../pipeline';
import { answerTensor, faultTask, wanted } from '../tasks';
import { OUT_OF_MEMORY } from '../status';
import { putJsonString, putPlain } from '../text/json_writer';
import { put, putByte, putHex, writerFlush } from '../text/writer';
import { argsOpen } from '../wasi/args';
import { wasiErrorText } from '../wasi/errno';
import { fileBytes, fileLength, readFile } from '../wasi/files';
import { openStreams, stderr, stdout } from '../wasi/streams';
import { putHelp, VERSION } from './help';
import { listImages } from './images';
import { writeMask, writeNpy } from './npy';
import { COMMAND_NONE, COMMAND_PREPROCESS, options, parseOptions } from './options';
import {
  findProvider,
  putAnswerJson,
  putAnswerText,
  putFaultJson,
  putFaultText,
  putHash,
  putRefusals,
} from './print';

/** Runs the command line; the exit code. */
export function runCommand(): i32 {
  openStreams();
  const exit = run();
  writerFlush(stdout);
  writerFlush(stderr);
  // Answers that nobody could read are a failure, however good they were.
  return exit == 0 && stdout.failed ? EXIT_INPUT : exit;
}

function run(): i32 {
  faultClear();
  const status = argsOpen();
  if (status != 0) {
    faultMemory();
    return report(0, 0);
  }
  if (!parseOptions()) return report(0, 0);
  if (options.help) {
    putHelp(stdout, options.command);
    return 0;
  }
  if (options.version) {
    put(stdout, 'edge-infer ');
    put(stdout, VERSION);
    putByte(stdout, 0x0a);
    return 0;
  }
  if (options.command == COMMAND_NONE) {
    faultBegin(EXIT_USAGE, 'USAGE_NO_COMMAND', 'no command given');
    faultTry('Try --help');
    return report(0, 0);
  }
  if (!checkUsage()) return report(0, 0);
  if (listImages() != 0) return report(0, 0);
  choice.folder = options.model;
  choice.folderLength = options.modelLength;
  choice.precision = options.precision;
  choice.precisionLength = options.precisionLength;
  choice.encoding = options.encoding;
  choice.target = options.target;
  choice.named = options.graph;
  choice.namedLength = options.graphLength;
  choice.trust = options.trust;
  const preprocess = options.command == COMMAND_PREPROCESS;
  if ((preprocess ? openCardOnly() : openModel()) != 0) return report(0, 0);
  if (!preprocess && plan.task != options.command) {
    faultTask();
    return report(0, 0);
  }
  wanted.top = options.top;
  wanted.threshold = options.threshold;
  wanted.iou = options.iou;
  wanted.ownMask = options.ownMask;
  findProvider(options.provider, options.providerLength);
  if (options.verbose) putRefusals(stderr);
  return runImages();
}

function checkUsage(): bool {
  const preprocess = options.command == COMMAND_PREPROCESS;
  let what: string = '';
  if (options.modelLength == 0) what = '--model is missing';
  else if (options.imageCount == 0 && options.imagesFrom == 0) what = 'no picture given';
  else if (preprocess && options.outLength == 0) what = '--out is missing';
  else if (options.outLength != 0 && (options.imageCount != 1 || options.imagesFrom != 0)) {
    what = '--out is for one picture';
  }
  if (asciiLength(what) == 0) return true;
  faultBegin(EXIT_USAGE, 'USAGE_INCOMPLETE', what);
  faultTry('Try --help');
  return false;
}

/** All pictures in turn; the exit code of the first that failed. */
function runImages(): i32 {
  let first = 0;
  for (let i = 0; i < options.imageCount; i++) {
    const row = options.images + ((<usize>i) << 3);
    const mark = arenaMark();
    const path = load<usize>(row);
    const length = load<usize>(row, 4);
    faultClear();
    let exit = runImage(path, length);
    if (exit != 0) exit = report(path, length);
    if (first == 0) first = exit;
    arenaRelease(mark);
    if (stdout.failed) break;
  }
  return first;
}

function runImage(path: usize, length: usize): i32 {
  const status = readFile(path, length);
  if (status == OUT_OF_MEMORY) {
    faultMemory();
    return faultExit;
  }
  if (status != 0) {
    faultBegin(EXIT_INPUT, 'INPUT_UNREADABLE', 'cannot read the picture');
    faultWhere(path, length);
    faultWhy(wasiErrorText(status));
    faultTry('Check the path');
    return faultExit;
  }
  const prepared =
    options.rawWidth > 0
      ? preprocessRaw(fileBytes, fileLength, options.rawWidth, options.rawHeight, options.rawLayout)
      : preprocessEncoded(fileBytes, fileLength);
  if (prepared != 0) return faultImage(prepared, path, length);
  if (options.command == COMMAND_PREPROCESS) return finishPreprocess(path, length);
  let exit = answerTensor();
  if (exit == 0 && options.outLength != 0)
    exit = writeOut('cannot write the mask', writeMask(options.out, options.outLength));
  if (exit != 0) return exit;
  if (options.json) {
    put(stdout, '{"image":');
    putJsonString(stdout, path, length);
    putByte(stdout, 0x2c);
    putAnswerJson(stdout, options.runtimeName, options.runtimeNameLength);
    put(stdout, '}\n');
  } else {
    if (options.imageCount > 1) {
      putPlain(stdout, path, length);
      putByte(stdout, 0x0a);
    }
    putAnswerText(stdout, options.runtimeName, options.runtimeNameLength);
    if (options.imageCount > 1) putByte(stdout, 0x0a);
  }
  writerFlush(stdout);
  return 0;
}

/** The exit code of a file that was written, or not. */
function writeOut(what: string, status: i32): i32 {
  if (status == 0) return 0;
  faultBegin(EXIT_INPUT, 'INPUT_OUT_UNWRITABLE', what);
  faultWhere(options.out, options.outLength);
  faultWhy(wasiErrorText(status));
  faultTry('Give a path in a folder that can be written with --out');
  return faultExit;
}

function finishPreprocess(path: usize, length: usize): i32 {
  const exit = writeOut('cannot write the tensor', writeNpy(options.out, options.outLength));
  if (exit != 0) return exit;
  // With the tensor on standard output the hash goes to standard error.
  const w = options.outLength == 1 && load<u8>(options.out) == 0x2d ? stderr : stdout;
  if (options.json) {
    put(w, '{"image":');
    putJsonString(w, path, length);
    put(w, ',"out":');
    putJsonString(w, options.out, options.outLength);
    putHash(w);
    put(w, '}\n');
  } else {
    put(w, 'input_sha256 ');
    putHex(w, answer.sha256, 32);
    putByte(w, 0x0a);
  }
  return 0;
}

/** Prints the fault at hand, with the picture that it is about; its exit code. */
function report(path: usize, length: usize): i32 {
  if (options.json) {
    putFaultJson(stdout);
    if (path != 0) {
      put(stdout, ',"image":');
      putJsonString(stdout, path, length);
    }
    put(stdout, '}\n');
    writerFlush(stdout);
  } else {
    writerFlush(stdout);
    putFaultText(stderr);
    writerFlush(stderr);
  }
  return faultExit;
}
