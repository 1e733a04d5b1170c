/** Counts the test pictures that edge-infer itself puts into their class. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { RuntimeName } from '../../host/runtimes/runtime.js';
import { CHECKOUT } from '../machine/paths.js';

/** A form of the built-in model and the runtime that serves it here. */
export interface ModelForm {
  readonly encoding: 'onnx' | 'openvino';
  readonly precision: 'fp32' | 'int8';
  readonly runtime: RuntimeName;
}

/** OpenVINO is served by Wasmtime: Node has no OpenVINO. */
export const FORMS: readonly ModelForm[] = [
  { encoding: 'onnx', precision: 'fp32', runtime: 'node' },
  { encoding: 'onnx', precision: 'int8', runtime: 'node' },
  { encoding: 'openvino', precision: 'fp32', runtime: 'wasmtime' },
];

/** models/cifar10/accuracy.json */
export interface RecordedAccuracy {
  readonly pictures: number;
  readonly forms: readonly (ModelForm & {
    readonly correct: number;
    readonly reference_correct: number;
    readonly reference: string;
  })[];
}

export interface TestPicture {
  readonly path: string;
  readonly classId: number;
}

export const MODEL = join(CHECKOUT, 'models/cifar10');

export const classNames = (): string[] => readFileSync(join(MODEL, 'labels.txt'), 'utf8').trim().split('\n');

/** Unpacks `test/<class>/*.jpg` of the CIFAR-10 archive into `folder`; gives them sorted by path. */
export async function extractTestPictures(archive: string, folder: string): Promise<TestPicture[]> {
  if (!existsSync(join(folder, 'test')))
    await promisify(execFile)('tar', ['-xzf', archive, '-C', folder, 'test']);
  return classNames().flatMap((name, classId) =>
    readdirSync(join(folder, 'test', name))
      .sort()
      .map((file) => ({ path: join(folder, 'test', name, file), classId })),
  );
}

/** Classifies every picture by the command line; the count of right ones. Fails when any picture is refused. */
export async function countCorrect(
  form: ModelForm,
  pictures: readonly TestPicture[],
  onProgress: (done: number) => void = () => {},
): Promise<{ correct: number; input_sha256_first: string }> {
  const cli = join(CHECKOUT, 'dist/host/cli/main.js');
  const args = ['classify', '--model', MODEL, '--runtime', form.runtime, '--encoding', form.encoding];
  args.push('--precision', form.precision, '--top', '1', '--json', '--images-from', '-');
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(pictures.map((picture) => picture.path).join('\n'));
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  let done = 0;
  let correct = 0;
  let first = '';
  for await (const line of createInterface({ input: child.stdout })) {
    const answer = JSON.parse(line) as { predictions?: { class_id: number }[]; input_sha256?: string };
    if (answer.predictions === undefined) throw new Error(`${pictures[done]?.path}: ${line}`);
    if (answer.predictions[0]?.class_id === pictures[done]?.classId) correct += 1;
    if (done === 0) first = answer.input_sha256 ?? '';
    done += 1;
    if (done % 500 === 0) onProgress(done);
  }
  const code = await exit;
  if (code !== 0 || done !== pictures.length)
    throw new Error(`edge-infer ended with ${code} after ${done} of ${pictures.length} pictures`);
  return { correct, input_sha256_first: first };
}
