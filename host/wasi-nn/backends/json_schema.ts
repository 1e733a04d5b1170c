/** JSON schemas as llama.cpp reads them. */

type Schema = { readonly [key: string]: unknown };

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Keywords that say what a schema is of, where it does not say so itself; llama.cpp's json_schema_to_grammar has the same. */
const IMPLIED: readonly (readonly [type: string, keywords: readonly string[]])[] = [
  ['object', ['properties']],
  ['array', ['items', 'prefixItems']],
];

/** Keywords whose content is no schema, and those of schemas by name. */
const VALUES = new Set(['enum', 'const', 'default', 'examples']);
const MAPS = new Set(['properties', 'patternProperties', '$defs', 'definitions']);

/**
 * The schema with the types that its keywords imply: without them node-llama-cpp allows any JSON, where llama.cpp in other
 * hosts wants an array for `items` and an object for `properties`.
 */
export function withImpliedTypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withImpliedTypes);
  if (!isSchema(value)) return value;
  const schema: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    if (VALUES.has(key)) schema[key] = inner;
    else if (MAPS.has(key) && isSchema(inner)) {
      schema[key] = Object.fromEntries(
        Object.entries(inner).map(([name, one]) => [name, withImpliedTypes(one)]),
      );
    } else schema[key] = withImpliedTypes(inner);
  }
  const hasOwnForm = ['type', 'enum', 'const', 'oneOf', 'anyOf', '$ref'].some((key) => key in schema);
  const implied = IMPLIED.find(([, keywords]) =>
    keywords.some((key) => isSchema(value[key]) || Array.isArray(value[key])),
  );
  if (!hasOwnForm && implied !== undefined) schema.type = implied[0];
  return schema;
}
