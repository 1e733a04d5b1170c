/** Core modules and components, told apart. */

/** What kind of WebAssembly a file is, from its first eight bytes. */
export function wasmKind(bytes: Uint8Array): 'core' | 'component' | 'other' {
  const magic = [0, 0x61, 0x73, 0x6d];
  if (!magic.every((byte, i) => bytes[i] === byte)) return 'other';
  const layer = (bytes[6] ?? 0) | ((bytes[7] ?? 0) << 8);
  if (layer === 1) return 'component';
  return layer === 0 && bytes[4] === 1 ? 'core' : 'other';
}
