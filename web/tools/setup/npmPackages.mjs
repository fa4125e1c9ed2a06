import { existsSync, readFileSync } from 'node:fs';
import { StepError } from '../lib/errors.mjs';
import { fromRoot } from '../lib/paths.mjs';
import { runChecked } from '../lib/processes.mjs';

/** @typedef {{ version?: string, link?: boolean, optional?: boolean, integrity?: string, bin?: Record<string, string> }} LockedPackage */
/** @typedef {{ packages: Record<string, LockedPackage> }} Lock */

/**
 * Whether every package that `pinned` (package-lock.json) pins is recorded as installed in `installed` (the record that npm
 * keeps inside node_modules, written when an install has finished). Optional packages of other platforms may be absent.
 *
 * @param {Lock} pinned
 * @param {Lock} installed
 */
export function matches(pinned, installed) {
  const entries = Object.entries(pinned.packages);
  const commands = entries.filter(([path]) => path !== '' && !path.includes('node_modules/'));
  if (!commands.every(([path, { bin }]) => hasCommands(installed.packages[path]?.bin, bin))) return false;
  return entries
    .filter(([path]) => path.includes('node_modules/'))
    .every(([path, { version, link, integrity, optional }]) => {
      const there = installed.packages[path];
      if (there === undefined) return optional === true;
      return there.version === version && there.link === link && there.integrity === integrity;
    });
}

/**
 * Whether npm has linked the commands of one of our own packages.
 *
 * @param {Record<string, string> | undefined} linked
 * @param {Record<string, string> | undefined} pinned
 */
function hasCommands(linked = {}, pinned = {}) {
  return Object.entries(pinned).every(([name, file]) => linked[name] === file);
}

/** Whether what is installed is what package-lock.json pins. */
function isInstalled() {
  const record = fromRoot('node_modules/.package-lock.json');
  return existsSync(record) && matches(readLock(fromRoot('package-lock.json')), readLock(record));
}

/**
 * Runs `npm ci` when what is installed is not what package-lock.json pins. Without `install` it throws a StepError instead.
 *
 * @param {import('../lib/progress.mjs').Progress} progress
 * @param {boolean} verbose
 */
export async function provideNpmPackages(progress, verbose, install = true, installed = isInstalled()) {
  if (installed) return;
  if (!install)
    throw new StepError('the npm packages are not those that package-lock.json pins. Install them with\n  npm ci');
  await progress.step('npm ci', () => runChecked('npm', ['ci', '--no-audit', '--no-fund'], { verbose }));
}

/**
 * @param {string} path
 * @returns {Lock}
 */
function readLock(path) {
  return /** @type {Lock} */ (JSON.parse(readFileSync(path, 'utf8')));
}
