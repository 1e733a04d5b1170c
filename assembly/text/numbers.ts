/**
 * Decimal numbers, both ways. Writing a f32 gives the shortest digits that read back as the same f32;
 * reading gives the nearest f64 (exact up to 15 digits and 10^22, within the last bit beyond).
 */

import { put, putByte, TextWriter } from './writer';

/** 2^-200. */
const TINY: f64 = 6.223015277861142e-61;
/** 2^-1074. */
const SMALLEST: f64 = 5e-324;
/** Half of it, times 2^200. */
const HALF: f64 = SMALLEST / TINY / 2;
const DIGITS: usize = memory.data(24);

/** 10^n for n of 0..22; these and all products on the way are exact in f64. */
function power(n: i32): f64 {
  let product: f64 = 1;
  for (; n > 0; n--) product *= 10;
  return product;
}

/** x * 10^n for any n; exact for integral x below 2^53 and |n| <= 22. */
function scale(x: f64, n: i32): f64 {
  while (n > 22) {
    x *= 1e22;
    n -= 22;
  }
  while (n < -22) {
    x /= 1e22;
    n += 22;
  }
  return n < 0 ? x / power(-n) : x * power(n);
}

/** An unsigned number in decimal. */
export function putU64(w: TextWriter, value: u64): void {
  let at: usize = 24;
  // At most 20 digits: at stays >= 4.
  do {
    at--;
    store<u8>(DIGITS + at, 0x30 + <u8>(value % 10));
    value /= 10;
  } while (value != 0);
  for (let i = at; i < 24; i++) putByte(w, load<u8>(DIGITS + i));
}

/** An unsigned number in decimal. */
export function putU32(w: TextWriter, value: u32): void {
  putU64(w, value);
}

/** A signed number in decimal. */
export function putI32(w: TextWriter, value: i32): void {
  if (value < 0) putByte(w, 0x2d);
  putU64(w, value < 0 ? <u64>-(<i64>value) : <u64>value);
}

/** A number with a fixed count of decimals (0..9); what is not finite or too large is written as 0. */
export function putFixed(w: TextWriter, value: f64, decimals: i32): void {
  if (!isFinite(value) || Math.abs(value) > 1e12) value = 0;
  if (value < 0) {
    putByte(w, 0x2d);
    value = -value;
  }
  const unit = <u64>power(decimals);
  const all = <u64>(value * power(decimals) + 0.5);
  putU64(w, all / unit);
  if (decimals == 0) return;
  putByte(w, 0x2e);
  let part = all % unit;
  for (let n = decimals - 1; n >= 0; n--) {
    const step = <u64>power(n);
    putByte(w, 0x30 + <i32>(part / step));
    part %= step;
  }
}

/** The shortest decimal that reads back as the same f32, as JSON wants it (NaN and infinities as null). */
export function putF32(w: TextWriter, value: f32): void {
  if (!isFinite(value)) {
    put(w, 'null');
    return;
  }
  let x = <f64>value;
  if (x == 0) {
    putByte(w, 0x30);
    return;
  }
  if (x < 0) {
    putByte(w, 0x2d);
    x = -x;
    value = -value;
  }
  let exponent = 0;
  while (scale(x, -exponent) >= 10) exponent++;
  while (scale(x, -exponent) < 1) exponent--;
  let count = 1;
  let digits: u64 = 0;
  for (; count <= 9; count++) {
    const shift = count - 1 - exponent;
    digits = <u64>(scale(x, shift) + 0.5);
    if (<f32>scale(<f64>digits, -shift) == value) break;
  }
  if (count > 9) count = 9;
  if (<f64>digits >= power(count)) {
    digits /= 10;
    exponent++;
  }
  putDecimal(w, digits, count, exponent);
}

/** `digits` has `count` digits d.ddd and is to be multiplied by 10^exponent. */
function putDecimal(w: TextWriter, digits: u64, count: i32, exponent: i32): void {
  const plain = exponent >= -7 && exponent < 12;
  let point = plain ? exponent : 0;
  if (plain && exponent < 0) {
    put(w, '0.');
    for (let i = -1; i > exponent; i--) putByte(w, 0x30);
    point = -100;
  }
  let rest = digits;
  for (let n = count - 1; n >= 0; n--) {
    const step = <u64>power(n);
    putByte(w, 0x30 + <i32>(rest / step));
    rest %= step;
    if (point == 0 && n > 0) putByte(w, 0x2e);
    point--;
  }
  while (plain && point >= 0 && exponent >= 0) {
    putByte(w, 0x30);
    point--;
  }
  if (!plain) {
    putByte(w, 0x65);
    putI32(w, exponent);
  }
}

/** mantissa * 10^exponent, rounded once in all but the rarest cases. */
export function decimalToF64(mantissa: u64, exponent: i32): f64 {
  if (mantissa == 0 || exponent < -400) return 0;
  if (exponent > 400) return Infinity;
  const high = <f64>mantissa;
  if (mantissa < 0x20000000000000 && exponent >= -22 && exponent <= 22) return scale(high, exponent);
  // Two f64 carry 106 bits through the scaling: high + low is exact here, mantissa < 10^19 < 2^64.
  const rounded = <u64>high;
  let h = high;
  let l = mantissa >= rounded ? <f64>(mantissa - rounded) : -(<f64>(rounded - mantissa));
  // Products must not overflow before their time, nor rests vanish below the smallest f64: large numbers are scaled
  // down by 2^200, small ones up, exactly.
  const factor: f64 = exponent > 250 ? TINY : exponent < -250 ? 1 / TINY : 1;
  h *= factor;
  l *= factor;
  while (exponent > 0) {
    const step = min(exponent, 22);
    const p = power(step);
    const product = h * p;
    l = productError(h, p, product) + l * p;
    h = product + l;
    l -= h - product;
    exponent -= step;
  }
  while (exponent < 0) {
    const step = min(-exponent, 22);
    const p = power(step);
    const quotient = h / p;
    const product = quotient * p;
    const rest = (h - product - productError(quotient, p, product) + l) / p;
    h = quotient + rest;
    l = rest - (h - quotient);
    exponent += step;
  }
  const result = h / factor;
  if (factor > 1) {
    // Below the smallest normal number this was a second rounding: where it fell between two numbers, the rest decides.
    const between = h - result * factor;
    if (between == HALF && l > 0) return result + SMALLEST;
    if (between == -HALF && l < 0) return result - SMALLEST;
  }
  return isNaN(result) ? Infinity : result;
}

/** a * b - product, exactly (Dekker). */
function productError(a: f64, b: f64, product: f64): f64 {
  const ca = 134217729.0 * a;
  const ah = ca - (ca - a);
  const al = a - ah;
  const cb = 134217729.0 * b;
  const bh = cb - (cb - b);
  const bl = b - bh;
  return ah * bh - product + ah * bl + al * bh + al * bl;
}

/** A whole unsigned decimal number, or -1 when the text is anything else or above i32. */
export function parseCount(from: usize, length: usize): i32 {
  if (length == 0 || length > 10) return -1;
  let value: i64 = 0;
  for (let i: usize = 0; i < length; i++) {
    const digit = <i32>load<u8>(from + i) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value > 0x7fffffff ? -1 : <i32>value;
}
