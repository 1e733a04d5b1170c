/**
 * What a call of WASI-NN costs in each runtime that is here.
 *
 *     npm run overheads [-- --write]
 *
 * Prints the page, and with --write writes it to docs/overheads.md.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { formatErrorText, messageOf, toEdgeInferError } from '../host/errors.js';
import { findRuntime } from '../host/runtimes/index.js';
import type { RuntimeName } from '../host/runtimes/runtime.js';
import type { InputMode } from '../host/wasi-nn/index.js';
import { CHECKOUT } from './machine/paths.js';
import { type OverheadRow, overheadsDocument } from './overheads/document.js';
import { measureHere, measureIn, prepare, type Workplace } from './overheads/measure.js';

const say = (line: string) => process.stderr.write(`overheads: ${line}\n`);

/** Other runtimes, and their copies of inputs and outputs: ours counted, the rest read from the sources. */
const OTHERS: readonly (readonly [RuntimeName, string, readonly [string, string]])[] = [
  ['node-component', 'Node, component, ONNX Runtime', ['1 + 1 of the adapter', '2 + 1 of the adapter']],
  ['wasmtime', 'Wasmtime, core, ONNX Runtime', ['4', '4']],
  [
    'wasmtime-component',
    'Wasmtime, component, ONNX Runtime',
    ['4 + 1 of the adapter', '5 + 1 of the adapter'],
  ],
  ['wasmedge', "WasmEdge, AOT, edge-infer's plug-in, ONNX Runtime", ['1', '1']],
];

async function here(
  work: Workplace,
  inputs: InputMode,
  library: 'nothing' | 'onnxruntime',
): Promise<OverheadRow> {
  const { overheads, stats } = await measureHere(work, inputs, library);
  const into = stats.bytesCopiedIn === 0 ? '0' : '1';
  return {
    subject: `Node, core, inputs by ${inputs}, ${library === 'nothing' ? 'nothing' : 'ONNX Runtime'}`,
    version: `Node ${process.version}`,
    overheads,
    copies: [into, library === 'nothing' ? '1' : '2'],
  };
}

async function main(args: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(os.tmpdir(), 'edge-infer-overheads-'));
  const rows: OverheadRow[] = [];
  const absent = [
    "WasmEdge with upstream's OpenVINO plug-in: it runs OpenVINO's graphs, the guest's is ONNX",
  ];
  try {
    const work = await prepare(folder);
    for (const library of ['nothing', 'onnxruntime'] as const) {
      for (const inputs of ['view', 'copy'] as const) {
        say(`Node, ${library}, ${inputs}`);
        rows.push(await here(work, inputs, library));
      }
    }
    for (const [name, subject, copies] of OTHERS) {
      const { ok, version, why } = findRuntime(name).available();
      if (!ok) {
        absent.push(`${subject}: ${why}`);
        continue;
      }
      say(subject);
      try {
        rows.push({
          subject,
          version: version ?? name,
          overheads: await measureIn(name, work, 'copy'),
          copies,
        });
      } catch (cause) {
        absent.push(`${subject}: ${messageOf(cause)}`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const [cpu] = os.cpus();
  const page = overheadsDocument({
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpu?.model.trim() ?? 'unknown'}, ${os.cpus().length} cores, ${os.type()} ${os.arch()}; load average ${os.loadavg()[0]?.toFixed(1)}`,
    rows,
    absent,
  });
  process.stdout.write(page);
  if (!args.includes('--write')) return;
  writeFileSync(join(CHECKOUT, 'docs/overheads.md'), page);
  say('wrote docs/overheads.md');
}

try {
  await main(process.argv.slice(2));
} catch (thrown) {
  const error = toEdgeInferError(thrown);
  process.stderr.write(`${formatErrorText(error)}\n`);
  process.exitCode = error.exitCode;
}
