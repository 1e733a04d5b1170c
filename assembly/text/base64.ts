/**
 * Base64 (RFC 4648, the standard alphabet, padding optional, no white space).
 */

function sextet(byte: i32): i32 {
  if (byte >= 0x41 && byte <= 0x5a) return byte - 0x41;
  if (byte >= 0x61 && byte <= 0x7a) return byte - 0x61 + 26;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30 + 52;
  if (byte == 0x2b) return 62;
  if (byte == 0x2f) return 63;
  return -1;
}

/** Bytes that a base64 text of this length decodes to at most. */
export function base64Capacity(length: usize): usize {
  return (length / 4) * 3 + 3;
}

/** Decodes into `to` (base64Capacity bytes); how many bytes it gave, -1 when the text is not base64. */
export function base64Decode(from: usize, length: usize, to: usize): i32 {
  let padding: usize = 0;
  while (length > 0 && padding < 2 && load<u8>(from + length - 1) == 0x3d) {
    length--;
    padding++;
  }
  if ((length & 3) == 1 || (padding != 0 && ((length + padding) & 3) != 0)) return -1;
  const start = to;
  let bits: u32 = 0;
  let count = 0;
  // Every four sextets give three bytes: to - start <= length / 4 * 3 + 2 < base64Capacity.
  for (let i: usize = 0; i < length; i++) {
    const value = sextet(load<u8>(from + i));
    if (value < 0) return -1;
    bits = (bits << 6) | <u32>value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      store<u8>(to, bits >> count);
      to++;
    }
  }
  return <i32>(to - start);
}
