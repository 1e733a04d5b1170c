/**
 * AssemblyScript stores text as UTF-16 with a header of 20 bytes. The guest only prints ASCII constants, so that half of
 * its data would be zeros: before compilation each constant becomes
 *
 *   length u16 | bytes
 *
 * still typed `string`. assembly/text/ascii.ts is the only place that looks inside; it follows `ASCII_TEXT`.
 */
import ts from 'typescript';

/** @param {ts.Node} node */
function staysText(node) {
  const { parent } = node;
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) || ts.isLiteralTypeNode(parent))
    return true;
  if (!ts.isCallExpression(parent)) return false;
  return (
    ts.isDecorator(parent.parent) ||
    (ts.isIdentifier(parent.expression) && parent.expression.text === 'offsetof')
  );
}

/**
 * The source text with all string constants as bytes; lines stay where they are.
 *
 * @param {string} file
 * @param {string} source
 */
export function asciiConstants(file, source) {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ES2022, true);
  /** @type {{start: number, end: number, text: string}[]} */
  const edits = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isStringLiteralLike(node) && !staysText(node)) {
      const bytes = Buffer.from(node.text, 'latin1');
      if (bytes.toString('latin1') !== node.text || bytes.some((byte) => byte > 127)) {
        throw new Error(`${file}: text constants must be ASCII: ${node.text}`);
      }
      const lines = '\n'.repeat(source.slice(node.getStart(), node.getEnd()).split('\n').length - 1);
      const data = [bytes.length & 255, bytes.length >> 8, ...bytes].join();
      const text = `changetype<string>(memory.data<u8>([${data}],1))${lines}`;
      edits.push({ start: node.getStart(), end: node.getEnd(), text });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  let result = source;
  for (const { start, end, text } of edits.reverse())
    result = result.slice(0, start) + text + result.slice(end);
  return result;
}
