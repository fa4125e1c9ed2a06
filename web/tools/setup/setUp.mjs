import { buildModules, bundleDashboard, compileTypeScript, testedProjects } from './builds.mjs';
import { provideNpmPackages } from './npmPackages.mjs';
import { provideSystemPackages } from './systemPackages.mjs';

/**
 * @typedef {{ progress: import('../lib/progress.mjs').Progress, verbose: boolean, install?: boolean | undefined }} Context `install`: whether system and
 *   npm packages may be installed; default true
 */

/**
 * Everything `npm start` and the suites run on: system packages, npm packages, the wasm modules, the compiled package and backend,
 * the bundled dashboard. What is up to date is left alone.
 *
 * @param {'start' | 'test'} purpose
 * @param {Context} context
 */
export async function setUp(purpose, { progress, verbose, install }) {
  await provideSystemPackages(purpose, progress, { verbose, install });
  await provideNpmPackages(progress, verbose, install);
  await buildModules(progress, verbose);
  await compileTypeScript(testedProjects, progress, verbose);
  await bundleDashboard(progress, verbose);
}

/**
 * What the embedded backend alone needs.
 *
 * @param {Context} context
 */
export async function setUpBackend({ progress, verbose }) {
  await provideNpmPackages(progress, verbose);
  await compileTypeScript(['web/backend'], progress, verbose);
}
