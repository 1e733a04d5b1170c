/** JSON Patch (RFC 6902): what to change in a document to have another. */

/** Anything that JSON has. */
type Json = unknown;

/** One operation of a JSON Patch. */
export interface PatchOperation {
  op: 'add' | 'replace' | 'remove';
  /** JSON Pointer (RFC 6901). */
  path: string;
  value?: Json;
}

const isObject = (value: Json): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const escapeKey = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** The operations that make `to` of `from`; objects member by member, anything else as a whole. Absent is undefined. */
export function diffJson(from: Json, to: Json, path = ''): PatchOperation[] {
  if (JSON.stringify(from) === JSON.stringify(to)) return [];
  if (to === undefined) return [{ op: 'remove', path }];
  if (from === undefined) return [{ op: 'add', path, value: to }];
  if (!isObject(from) || !isObject(to)) return [{ op: 'replace', path, value: to }];
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return keys.flatMap((key) => diffJson(from[key], to[key], `${path}/${escapeKey(key)}`));
}
