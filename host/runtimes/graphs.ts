/** Named graphs of a run request as WASI-NN's registry wants them, and the truth about providers. */
import { writeSync } from 'node:fs';
import { probeOnnxTarget } from '../wasi-nn/backends/onnx.js';
import { createWasiNN, graphFromFiles, type NamedGraph, type Target, type WasiNN } from '../wasi-nn/index.js';
import type { RunRequest } from './runtime.js';

/** A WASI-NN host for one run of a guest in this process. */
export function wasiNNFor(request: RunRequest): WasiNN {
  const graphs: Record<string, NamedGraph> = {};
  for (const graph of request.graphs ?? []) {
    graphs[graph.name] = graphFromFiles(graph.encoding, graph.files, graph.target);
  }
  return createWasiNN({
    graphs,
    inputs: request.inputs ?? (request.module === undefined ? 'view' : 'copy'),
    strictTarget: request.strictTarget ?? false,
    limits: request.limits ?? {},
    print: (text) => writeWhole(request.stdout ?? 1, text),
    ...(request.log === undefined ? {} : { log: request.log }),
  });
}

function writeWhole(descriptor: number, text: string): void {
  for (let rest = Buffer.from(text); rest.length > 0; ) rest = rest.subarray(writeSync(descriptor, rest));
}

/** What WASI-NN refused last, for the message of a guest that stopped: it often stopped because of that. */
export function lastFailure(nn: WasiNN): string {
  const last = nn.lastError();
  return last === undefined ? '' : ` (WASI-NN said: ${last})`;
}

/** The providers of graphs that run in this process. The CPU is always there; anything else is tried. */
export function providersHere(target: Target): readonly string[] {
  return [`onnx=${target === 'cpu' ? 'cpu' : probeOnnxTarget(target).actual}`];
}

/** Warns of every graph that runs elsewhere than asked. */
export function reportFallbacks(nn: WasiNN, request: RunRequest): void {
  for (const { encoding, provider } of nn.loaded()) {
    if (provider.why !== undefined) {
      request.warn?.(
        `${encoding} graph runs on ${provider.actual}, not ${provider.requested}: ${provider.why}`,
      );
    }
  }
}
