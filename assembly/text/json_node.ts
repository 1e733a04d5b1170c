/**
 * The nodes of a JSON tree (json_reader.ts), 24 bytes each:
 *
 *   0 next sibling | 4 key address | 8 key length (24 bits) and type (8 bits) | 12 offset in the source
 *   16 number f64, or: 16 text address, 20 text length; or: 16 first child, 20 count of children
 */

import { sameText } from './utf8';

export const JSON_NULL: i32 = 1;
export const JSON_FALSE: i32 = 2;
export const JSON_TRUE: i32 = 3;
export const JSON_NUMBER: i32 = 4;
export const JSON_STRING: i32 = 5;
export const JSON_ARRAY: i32 = 6;
export const JSON_OBJECT: i32 = 7;

/** The type of a node; 0 for no node. */
export function jsonType(node: usize): i32 {
  return node == 0 ? 0 : <i32>(load<u32>(node, 8) >> 24);
}

/** The member of an object by its key; 0 when there is none or `node` is no object. */
export function jsonMember(node: usize, key: string): usize {
  if (jsonType(node) != JSON_OBJECT) return 0;
  let found: usize = 0;
  for (let child = load<usize>(node, 16); child != 0; child = load<usize>(child)) {
    if (sameText(load<usize>(child, 4), load<u32>(child, 8) & 0xffffff, key)) found = child;
  }
  return found;
}

/** The first child of an array or object, 0 when empty or neither. */
export function jsonFirst(node: usize): usize {
  return jsonType(node) >= JSON_ARRAY ? load<usize>(node, 16) : 0;
}

/** The next sibling, 0 at the end. */
export function jsonNext(node: usize): usize {
  return load<usize>(node);
}

/** How many children an array or object has. */
export function jsonCount(node: usize): i32 {
  return jsonType(node) >= JSON_ARRAY ? load<i32>(node, 20) : 0;
}

/** The value of a number node. */
export function jsonNumber(node: usize): f64 {
  return load<f64>(node, 16);
}

/** Address of the bytes of a string node. */
export function jsonText(node: usize): usize {
  return load<usize>(node, 16);
}

/** Byte length of a string node. */
export function jsonTextLength(node: usize): usize {
  return load<usize>(node, 20);
}
