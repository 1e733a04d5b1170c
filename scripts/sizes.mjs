/**
 * Where the bytes of an artifact are: its functions by name, largest first.
 *
 *     node scripts/sizes.mjs edge_kernels [COUNT]
 */

import { CODE, Reader, readSections, sectionBody } from './build/binary.mjs';
import { compileGuest } from './build/guest.mjs';

const ABI = { edge_infer: 1, edge_infer_component: 2, edge_kernels: 0, edge_postprocess: 0 };
const [name = 'edge_infer', count = '60'] = process.argv.slice(2);
const abi = /** @type {0 | 1 | 2} */ (ABI[/** @type {keyof typeof ABI} */ (name)] ?? 0);
const binary = await compileGuest(name, abi, { keepNames: true });
const sections = readSections(binary);

/** Names of functions by index, of the custom section "name". @returns {Map<number, string>} */
function functionNames() {
  /** @type {Map<number, string>} */
  const names = new Map();
  const text = new TextDecoder();
  for (const { id, body } of sections) {
    if (id !== 0) continue;
    const reader = new Reader(body);
    if (text.decode(reader.take(reader.unsigned())) !== 'name') continue;
    while (reader.at < body.length) {
      const kind = reader.unsigned();
      const part = new Reader(reader.take(reader.unsigned()));
      if (kind !== 1) continue;
      for (let left = part.unsigned(); left > 0; left--) {
        names.set(part.unsigned(), text.decode(part.take(part.unsigned())));
      }
    }
  }
  return names;
}

const names = functionNames();
const imported = WebAssembly.Module.imports(
  new WebAssembly.Module(/** @type {BufferSource} */ (binary)),
).length;
const code = new Reader(sectionBody(sections, CODE));
const rows = Array.from({ length: code.unsigned() }, (_, i) => {
  const size = code.unsigned();
  code.take(size);
  return { size, name: names.get(imported + i) ?? `#${imported + i}` };
});
for (const { id, body } of sections)
  process.stdout.write(`${String(body.length).padStart(7)} section ${id}\n`);
rows.sort((a, b) => b.size - a.size);
for (const { size, name } of rows.slice(0, Number(count))) {
  process.stdout.write(`${String(size).padStart(7)} ${name}\n`);
}
