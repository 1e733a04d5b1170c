/** The Debian mirror that this machine already uses, read from its own apt configuration. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { EdgeInferError, EXIT } from '../../errors.js';

/** One `deb` source. */
export interface AptSource {
  uri: string;
  suites: readonly string[];
  components: readonly string[];
  /** Keyring file, if the source names one. */
  signedBy: string | undefined;
}

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Sources of a deb822 file (`*.sources`). Disabled ones are left out. */
export function parseDeb822(text: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const stanza of text.split(/\n\s*\n/)) {
    const fields = new Map<string, string>();
    let name = '';
    for (const line of stanza.split('\n')) {
      if (line.startsWith('#')) continue;
      const field = /^([A-Za-z-]+):\s*(.*)$/.exec(line);
      if (field !== null) {
        name = (field[1] ?? '').toLowerCase();
        fields.set(name, field[2] ?? '');
      } else if (/^\s/.test(line) && name !== '') fields.set(name, `${fields.get(name)}\n${line.trim()}`);
    }
    const words = (key: string) => (fields.get(key) ?? '').split(/\s+/).filter((word) => word !== '');
    if (!words('types').includes('deb') || /^no$/i.test(fields.get('enabled') ?? '')) continue;
    const signedBy = words('signed-by')[0];
    for (const uri of words('uris')) {
      sources.push({
        uri,
        suites: words('suites'),
        components: words('components'),
        signedBy: signedBy?.startsWith('/') ? signedBy : undefined,
      });
    }
  }
  return sources;
}

/** Sources of a one-line file (`*.list`). */
export function parseOneLine(text: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const line of text.split('\n')) {
    const found = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line);
    if (found === null) continue;
    sources.push({
      uri: found[2] ?? '',
      suites: [found[3] ?? ''],
      components: (found[4] ?? '').split(/\s+/).filter((word) => word !== ''),
      signedBy: /signed-by=(\/[^\s,]+)/.exec(found[1] ?? '')?.[1],
    });
  }
  return sources;
}

/** The source among `sources` that carries Debian's own archive: its address ends in `/debian`. */
export function findDebian(sources: readonly AptSource[]): AptSource | undefined {
  return sources.find(
    ({ uri, components }) => /^https?:\/\/.*\/debian\/?$/.test(uri) && components.includes('main'),
  );
}

/**
 * The Debian archive to use: EDGE_INFER_DEBIAN_MIRROR, else what this machine's apt is set up with.
 *
 * @throws EdgeInferError `APT_NO_MIRROR` (exit 5)
 */
export function debianMirror(etc = '/etc/apt'): { uri: string; signedBy: string | undefined } {
  const chosen = process.env.EDGE_INFER_DEBIAN_MIRROR;
  const fallback = existsSync(KEYRING) ? KEYRING : undefined;
  if (chosen) return { uri: chosen, signedBy: fallback };
  const debian = findDebian(machineSources(etc));
  if (debian !== undefined) return { uri: debian.uri, signedBy: debian.signedBy ?? fallback };
  throw new EdgeInferError({
    code: 'APT_NO_MIRROR',
    message: `cannot get WasmEdge (${etc}): this machine's apt knows no Debian archive`,
    hint: 'set EDGE_INFER_DEBIAN_MIRROR to the address of one (it ends in /debian), or install WasmEdge and the plug-in by hand: docs/runtimes.md',
    exitCode: EXIT.runtime,
  });
}

function machineSources(etc: string): AptSource[] {
  const sources: AptSource[] = [];
  const read = (file: string, parse: (text: string) => AptSource[]) => {
    if (existsSync(file)) sources.push(...parse(readFileSync(file, 'utf8')));
  };
  read(path.join(etc, 'sources.list'), parseOneLine);
  const parts = path.join(etc, 'sources.list.d');
  for (const name of existsSync(parts) ? readdirSync(parts).sort() : []) {
    if (name.endsWith('.sources')) read(path.join(parts, name), parseDeb822);
    if (name.endsWith('.list')) read(path.join(parts, name), parseOneLine);
  }
  return sources;
}
