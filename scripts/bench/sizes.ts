/** The chapter of docs/benchmarks.md about bytes. */
import { readSizes, sizeRows, sizesKnown } from '../../host/bench/sizes.js';

/** Markdown: a table an artifact. */
export function sizesChapter(): string[] {
  if (!sizesKnown()) return [];
  const chapters = Object.entries(readSizes()).map(([artifact, sizes]) => {
    const { bytes, limit, code, data, other } = sizes;
    const rows = sizeRows(sizes).map(
      (row) =>
        `| ${row.name} | ${row.bytes.toLocaleString('en')} | ${row.code.toLocaleString('en')} | ${row.data.toLocaleString('en')} | ${(100 * row.share).toFixed(1)} % | \`${row.bar}\` |`,
    );
    const total = `${bytes.toLocaleString('en')} bytes of at most ${limit.toLocaleString('en')} (code ${code.toLocaleString('en')}, data ${data.toLocaleString('en')}, other ${other.toLocaleString('en')}).`;
    return `### ${artifact}\n\n${total}\n\n| part | bytes | code | data | share | |\n|---|---|---|---|---|---|\n${rows.join('\n')}`;
  });
  return ['## Size of the artifacts', '`edge-infer bench --profile` prints the same.', ...chapters];
}
