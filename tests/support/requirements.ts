/**
 * What a test needs that not every machine has. A missing thing skips the test by name, with the reason, on a person's
 * machine; with CI=true it fails the test: nothing is skipped in silence, and in CI only what says so (`optional`).
 */
import { type TestContext, test } from 'node:test';
import { type FoundPackage, findPackage } from '../../host/wasi-nn/backends/packages.js';
import { sharedData } from '../../scripts/machine/paths.js';
import {
  headlessChromium,
  languagePython,
  referencePython,
  secondNode,
} from '../../scripts/machine/tools.js';

/** Gives the thing, or a sentence that says what is missing and how to get it. */
export type Requirement<T> = () => { readonly value: T } | { readonly missing: string };

function required<T>(value: T | undefined, missing: string): { value: T } | { missing: string } {
  return value === undefined ? { missing } : { value };
}

/** The folder of test pictures and models beside the checkout. */
export const testData: Requirement<string> = () =>
  required(sharedData(), 'needs ../shared/data, which only the project’s own machines have');

/** Python with the pinned Pillow, NumPy and ONNX Runtime. */
export const python: Requirement<string> = () =>
  required(
    referencePython(),
    'needs the Python reference: npm test makes it where python3 and a package index are at hand',
  );

/** Python with `tokenizers`, ONNX and a real sentence model. */
export const textPython: Requirement<string> = () =>
  required(
    languagePython(),
    'needs the Python reference for texts: npm test makes it where python3 and a package index are at hand',
  );

/** A Node 24 beside the running one. */
export const node24: Requirement<string> = () =>
  required(secondNode(), 'needs Node 24: npm test gets it from npm');

/** Chromium, which needs no screen. */
export const chromium: Requirement<string> = () =>
  required(headlessChromium(), 'needs Chromium: npm test gets it from Debian');

/** llama.cpp for Node, which is too large to be a dependency of every checkout. */
export const llama: Requirement<FoundPackage> = () =>
  required(
    findPackage('node-llama-cpp'),
    'needs node-llama-cpp: npm test gets it from npm, or EDGE_INFER_BACKENDS names a folder that has it',
  );

/** Python with a library that is too large for everybody's machine, named by an environment variable. */
function ownPython(variable: string, library: string): Requirement<string> {
  return () =>
    required(
      process.env[variable],
      `needs ${variable}, a Python that has ${library}: CONTRIBUTING.md says how to make one`,
    );
}

/** Python with torch and torchvision. */
export const torchPython = ownPython('EDGE_INFER_TORCH_PYTHON', 'torchvision');

/** Python with TensorFlow. */
export const tensorflowPython = ownPython('EDGE_INFER_TENSORFLOW_PYTHON', 'tensorflow-cpu');

/**
 * A test that runs when every requirement is met; see the head of this file for what happens otherwise. `optional`:
 * it is skipped by name in CI too, because its results are also stored as golden vectors.
 */
export function testWith<T extends Record<string, unknown>>(
  name: string,
  requirements: { [K in keyof T]: Requirement<T[K]> },
  body: (given: T, context: TestContext) => Promise<void> | void,
  options: { timeout?: number; optional?: boolean } = {},
): void {
  const given: Partial<T> = {};
  const missing: string[] = [];
  for (const key of Object.keys(requirements) as (keyof T)[]) {
    const found = requirements[key]();
    if ('missing' in found) missing.push(found.missing);
    else given[key] = found.value;
  }
  if (missing.length === 0) {
    test(name, options, (context) => body(given as T, context));
  } else if (process.env.CI === 'true' && options.optional !== true) {
    test(name, () => {
      throw new Error(`CI must not skip: ${missing.join('; ')}`);
    });
  } else {
    // scripts/test.ts counts a skipped test as a failure in CI unless its reason begins so.
    test(name, { skip: `${options.optional === true ? 'optional: ' : ''}${missing.join('; ')}` }, () => {});
  }
}
