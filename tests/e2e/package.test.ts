/** The tarball as a stranger gets it: installed in an empty folder, classifying by `npx` and by `import`, in two Nodes. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { type Answer, jsonLines, runProgram } from '../support/cli.js';
import { node24, testWith } from '../support/requirements.js';
import { withScratch } from '../support/scratch.js';

/** An environment without what npm and this checkout's .npmrc would pass on to the fresh installation. */
function strangersEnvironment(node: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|EDGE_INFER|ONNXRUNTIME|NODE_OPTIONS|NODE_TEST|INIT_CWD)/i.test(name),
  );
  return { ...Object.fromEntries(kept), PATH: `${dirname(node)}:${process.env.PATH ?? ''}` };
}

async function npm(args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  const result = await runProgram('npm', args, { cwd, env, timeout: 600_000 });
  assert.equal(result.exitCode, 0, `npm ${args.join(' ')}\n${result.stderr}${result.stdout}`);
  return result.stdout;
}

testWith(
  'npm pack, installed in an empty folder: npx and import classify in Node 20 and Node 24, types resolve',
  { node24 },
  ({ node24 }) =>
    withScratch(async (folder) => {
      const env = strangersEnvironment(process.execPath);
      await npm(['pack', '--ignore-scripts', '--pack-destination', folder], CHECKOUT, env);
      const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
      assert.ok(tarball !== undefined);
      const app = join(folder, 'app');
      mkdirSync(app);
      await npm(['install', '--no-audit', '--no-fund', join(folder, tarball)], app, env);
      cpSync(join(CHECKOUT, 'dist/sample/airplane.png'), join(app, 'photo.png'));
      writeFileSync(
        join(app, 'use.mjs'),
        `import { classify } from 'edge-infer';
         import { createWasiNN } from 'edge-infer/wasi-nn';
         import { createRequire } from 'node:module';
         import { readFileSync } from 'node:fs';
         const kernels = createRequire(import.meta.url).resolve('edge-infer/wasm/edge_kernels.wasm');
         const answer = await classify(readFileSync('photo.png'));
         console.log(JSON.stringify({ ...answer, createWasiNN: typeof createWasiNN, kernels: readFileSync(kernels).length }));\n`,
      );
      const hashes = new Set<string>();
      for (const node of [process.execPath, node24]) {
        const own = strangersEnvironment(node);
        const viaNpx = await runProgram(
          'npx',
          ['--no-install', 'edge-infer', 'classify', 'photo.png', '--json'],
          { cwd: app, env: own },
        );
        assert.equal(viaNpx.exitCode, 0, viaNpx.stderr + viaNpx.stdout);
        const [answer] = jsonLines<Answer>(viaNpx.stdout);
        assert.equal(answer?.predictions[0]?.label, 'airplane');
        hashes.add(answer?.input_sha256 ?? '');
        const viaImport = await runProgram(node, ['use.mjs'], { cwd: app, env: own });
        assert.equal(viaImport.exitCode, 0, viaImport.stderr);
        const [imported] = jsonLines<Answer & { createWasiNN: string; kernels: number }>(viaImport.stdout);
        assert.equal(imported?.predictions[0]?.label, 'airplane');
        assert.equal(imported?.createWasiNN, 'function');
        assert.ok((imported?.kernels ?? 0) > 1000);
        hashes.add(imported?.input_sha256 ?? '');
      }
      assert.equal(hashes.size, 1, 'the same input_sha256 by npx and by import, in Node 20 and in Node 24');
      writeFileSync(
        join(app, 'use.mts'),
        `import { classify, type Classification } from 'edge-infer';
         import { type BrowserClassification, createBrowserEngine } from 'edge-infer/browser';
         export const inBrowser = async (file: Blob): Promise<BrowserClassification> =>
           (await createBrowserEngine({ model: '/model/' })).classify(file, { top: 3 });
         const answer: Classification = await classify('photo.png', { top: 3 });
         const label: string = answer.predictions[0]?.label ?? '';
         export { label };\n`,
      );
      const tsc = join(CHECKOUT, 'node_modules/typescript/bin/tsc');
      const flags = [
        '--noEmit',
        '--strict',
        '--module',
        'nodenext',
        '--target',
        'es2022',
        '--skipLibCheck',
        '--types',
        'node',
      ];
      const typed = await runProgram(
        process.execPath,
        [tsc, ...flags, '--typeRoots', join(CHECKOUT, 'node_modules/@types'), 'use.mts'],
        { cwd: app },
      );
      assert.equal(typed.exitCode, 0, typed.stdout);
      const demo = await runProgram('npx', ['--no-install', 'edge-infer', 'demo', '--port', '0'], {
        cwd: app,
        env,
      });
      assert.match(
        demo.stderr,
        /onnxruntime-web/,
        'the demo says what a package without optional peers lacks',
      );
      assert.equal(demo.exitCode, 5);
    }),
  { timeout: 900_000 },
);
