/**
 * ASCII constants: the only place that looks inside a `string`. The build stores constants as {length u16, bytes}
 * (scripts/build/ascii.mjs, `ASCII_TEXT`); without it, as in tests, they are AssemblyScript's own UTF-16 strings.
 */

/** Bytes of a constant. */
export function asciiLength(text: string): i32 {
  if (isDefined(ASCII_TEXT)) return <i32>load<u16>(changetype<usize>(text));
  return text.length;
}

/** Byte `index` of a constant, 0 <= index < asciiLength(text). */
export function asciiAt(text: string, index: i32): i32 {
  if (isDefined(ASCII_TEXT)) return <i32>load<u8>(changetype<usize>(text) + <usize>index, 2);
  return <i32>load<u16>(changetype<usize>(text) + ((<usize>index) << 1));
}
