import { existsSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { fromRoot, root } from '../lib/paths.mjs';
import { runChecked } from '../lib/processes.mjs';
import { whenChanged } from './fingerprint.mjs';

/** @typedef {import('../lib/progress.mjs').Progress} Progress */

const jobs = String(Math.min(cpus().length, 8));

/**
 * Configures a CMake preset where it has not been, and builds it. Ninja knows what is up to date, and configures again
 * when a CMake file changed.
 *
 * @param {string} preset its build folder is build/<preset>
 * @param {Progress} progress
 * @param {boolean} verbose
 */
export async function buildPreset(preset, progress, verbose) {
  await configurePreset(preset, progress, verbose);
  await progress.step(`build ${preset}`, () =>
    runChecked('cmake', ['--build', '--preset', preset, '--parallel', jobs], { verbose }),
  );
}

/**
 * The same for one target of it.
 *
 * @param {string} preset
 * @param {string} target
 * @param {Progress} progress
 */
export async function buildTarget(preset, target, progress) {
  await configurePreset(preset, progress, false);
  await progress.step(`build ${target}`, () =>
    runChecked('cmake', ['--build', '--preset', preset, '--target', target, '--parallel', jobs], { verbose: false }),
  );
}

/**
 * Builds both modules of the package: the one that follows numbered changes is loaded only by managers that have tracked tables.
 *
 * @param {Progress} progress
 * @param {boolean} verbose
 */
export async function buildModules(progress, verbose) {
  for (const preset of ['wasm', 'wasm-numbered']) await buildPreset(preset, progress, verbose);
}

/**
 * @param {string} preset
 * @param {Progress} progress
 * @param {boolean} verbose
 */
export async function configurePreset(preset, progress, verbose) {
  const folder = fromRoot('build', preset);
  const cache = `${folder}/CMakeCache.txt`;
  if (existsSync(`${folder}/build.ninja`) && existsSync(cache) && isFor(root, readFileSync(cache, 'utf8'))) return;
  rmSync(folder, { recursive: true, force: true });
  await progress.step(`configure ${preset}`, () => runChecked('cmake', ['--preset', preset], { verbose }));
}

/**
 * Whether CMake configured this checkout. One that was copied has a build folder that builds, or misses, the one it was copied from.
 *
 * @param {string} checkout its folder
 * @param {string} cache the text of CMakeCache.txt
 */
export function isFor(checkout, cache) {
  const home = /^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m.exec(cache)?.[1];
  return home !== undefined && resolved(home) === resolved(checkout);
}

/**
 * Without links: CMake keeps the name that the shell was in the folder by.
 *
 * @param {string} path
 */
function resolved(path) {
  return existsSync(path) ? realpathSync(path) : path;
}

/** The TypeScript projects that the suites run; what each compiles to is in its `dist`. */
export const testedProjects = ['web', 'web/backend', 'web/realtime-js'];

/**
 * Compiles TypeScript projects and what they refer to.
 *
 * @param {readonly string[]} projects folders below the root
 * @param {Progress} progress
 * @param {boolean} verbose
 */
export async function compileTypeScript(projects, progress, verbose) {
  await progress.step(`compile ${projects.join(', ')}`, () =>
    runChecked(process.execPath, [fromRoot('node_modules/typescript/bin/tsc'), '--build', ...projects], { verbose }),
  );
  await bundleTabsWorker(progress, verbose);
}

/**
 * Makes one file, web/dist/tabs/worker.js, of the SharedWorker for all tabs: so it can be shipped as the .wasm is, by every bundler, and loaded by every
 * browser that has such workers.
 *
 * @param {Progress} progress
 * @param {boolean} verbose
 */
export async function bundleTabsWorker(progress, verbose) {
  const entry = fromRoot('web/dist/core/tabs/carriers/worker.js');
  const outfile = fromRoot('web/dist/tabs/worker.js');
  const options = ['--bundle', '--format=iife', '--target=es2020', '--minify', '--legal-comments=none'];
  await progress.step('bundle the worker for all tabs', () =>
    runChecked(
      fromRoot('node_modules/.bin/esbuild'),
      [entry, ...options, `--outfile=${outfile}`, '--log-level=error'],
      {
        verbose,
      },
    ),
  );
}

/**
 * Bundles the dashboard into web/dashboard/dist, when it or the package it uses changed.
 *
 * @param {Progress} progress
 * @param {boolean} verbose
 */
export async function bundleDashboard(progress, verbose) {
  const dashboard = fromRoot('web/dashboard');
  const inputs = ['index.html', 'package.json', 'tsconfig.json', 'vite.config.ts', 'public', 'src'].map((path) =>
    fromRoot('web/dashboard', path),
  );
  await whenChanged(
    {
      name: 'dashboard',
      inputs: [...inputs, fromRoot('web/dist'), fromRoot('package-lock.json')],
      product: fromRoot('web/dashboard/dist/index.html'),
    },
    () =>
      progress.step('bundle the dashboard', () =>
        runChecked(process.execPath, [fromRoot('node_modules/vite/bin/vite.js'), 'build'], {
          cwd: dashboard,
          // Whatever the shell or a test runner says: React takes its slow build otherwise.
          env: { NODE_ENV: 'production' },
          verbose,
        }),
      ),
  );
}
