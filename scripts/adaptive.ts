/**
 * What the adaptive engine gains: policies over real models, and a simulated trace.
 *
 *     npm run adaptive-simulation [-- --write] [--pictures N]
 *
 * Prints the table; with --write it goes into docs/adaptive.md and the trace into docs/adaptive_trace.svg. N is the number of
 * CIFAR-10 pictures of each class (default 100).
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cifar10, type Family, imageNet } from './adaptive/family.js';
import { measurePolicies, type PolicyRow } from './adaptive/measure.js';
import { simulatedTrace, traceChart } from './adaptive/trace.js';
import { CHECKOUT, sharedData } from './machine/paths.js';

const say = (line: string) => process.stderr.write(`${line}\n`);

function chapter({ name, models, pictures }: Family, rows: readonly PolicyRow[]): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const lines = rows.map(({ policy, top1, cost_ms, mean_ms, p95_ms, answered }) => {
    const shares = Object.entries(answered).map(([model, share]) => `${model} ${percent(share)}`);
    return `| ${policy} | ${percent(top1)} | ${cost_ms.toFixed(1)} | ${mean_ms.toFixed(1)} | ${p95_ms.toFixed(1)} | ${shares.sort().reverse().join(', ')} |`;
  });
  return [
    `**${name}**, ${rows[0]?.pictures} of ${pictures.length} pictures counted: ${models.map((row) => `${row.name} is ${row.what}`).join('; ')}.`,
    '',
    '| policy | top-1 | cost ms | mean ms | p95 ms | answered by |',
    '|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { write: { type: 'boolean', default: false }, pictures: { type: 'string', default: '100' } },
  });
  const trace = await simulatedTrace();
  say(`trace: ${trace.points.length} requests, ${trace.late} late, ${trace.switches} switches`);
  if (values.write) writeFileSync(join(CHECKOUT, 'docs/adaptive_trace.svg'), traceChart(trace));
  const shared = sharedData();
  if (shared === undefined)
    throw new Error('needs ../shared/data, which only the project’s own machines have');
  const scratch = mkdtempSync(join(tmpdir(), 'edge-infer-adaptive-'));
  try {
    const chapters: string[] = [];
    for (const family of [
      imageNet(shared, scratch),
      await cifar10(shared, scratch, Number(values.pictures)),
    ]) {
      chapters.push(chapter(family, await measurePolicies(family, say)));
    }
    const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} processors, load ${loadavg()[0]?.toFixed(1)}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}.`;
    const text = [...chapters, `Measured on ${machine}`].join('\n\n');
    process.stdout.write(`${text}\n`);
    if (values.write) writeBetweenMarkers(join(CHECKOUT, 'docs/adaptive.md'), text);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function writeBetweenMarkers(file: string, text: string): void {
  const before = readFileSync(file, 'utf8');
  const after = before.replace(
    /(<!-- measured:begin -->\n)[\s\S]*?(<!-- measured:end -->)/,
    (_, begin: string, end: string) => `${begin}${text}\n${end}`,
  );
  if (!after.includes(text)) throw new Error(`${file} has no markers for what was measured`);
  writeFileSync(file, after);
}

await main();
