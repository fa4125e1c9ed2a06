import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fromRoot } from '../lib/paths.mjs';
import { runChecked } from '../lib/processes.mjs';

/** @typedef {import('../lib/progress.mjs').Progress} Progress */

/** Where the checkout is copied to, below a root. */
export const treePath = 'switchboard';

/** The script that debootstrap has for every suite; it knows no names of suites that are younger than it. */
const script = '/usr/share/debootstrap/scripts/sid';
const packages = ['emscripten', 'cmake', 'ninja-build'];

/**
 * Where the root of a suite is, or will be.
 *
 * @param {string} suite
 */
export function rootOf(suite) {
  return fromRoot('.switchboard/toolchains', suite);
}

/**
 * The folder of a minimal Debian with Emscripten, CMake and Ninja. Made where it is not there; one that was not finished is made again.
 *
 * @param {string} suite
 * @param {{ mirror: string, fresh: boolean, progress: Progress, verbose: boolean }} options
 */
export async function provideRoot(suite, { mirror, fresh, progress, verbose }) {
  const folder = rootOf(suite);
  if (fresh) rmSync(folder, { recursive: true, force: true });
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  const debootstrap = ['debootstrap', '--variant=minbase', '--include=ca-certificates'];
  await progress.step(`${suite}: debootstrap`, () =>
    // It mounts /proc inside, which would stay if it were killed.
    runChecked('unshare', ['--mount', ...debootstrap, suite, unfinished, mirror, script], { verbose }),
  );
  await progress.step(`${suite}: install ${packages.join(', ')}`, async () => {
    await runChecked(...inside(unfinished, ['apt-get', 'install', '--yes', '--no-install-recommends', ...packages]), {
      verbose,
    });
    await runChecked(...inside(unfinished, ['apt-get', 'clean']), { verbose });
  });
  renameSync(unfinished, folder);
  return folder;
}

/**
 * @param {string} folder
 */
export async function emscriptenVersion(folder) {
  const output = await runChecked(...inside(folder, ['emcc', '--version']));
  return /\b\d+\.\d+\.\d+\b/.exec(output)?.[0] ?? 'of no known version';
}

/**
 * Builds the module and puts it into the npm package, both of the tree inside the root.
 *
 * @param {string} folder
 * @param {{ verbose: boolean }} options
 */
export async function buildModule(folder, { verbose }) {
  const jobs = String(Math.min(cpus().length, 8));
  /** @param {string} preset */
  const build = (preset) => `cmake --preset ${preset} && cmake --build --preset ${preset} --parallel ${jobs}`;
  const command = `cd /${treePath} && ${build('wasm')} && ${build('wasm-numbered')}`;
  rmSync(join(folder, treePath, 'web/dist/wasm'), { recursive: true, force: true });
  await runChecked(...inside(folder, ['sh', '-c', command]), { verbose });
}

/**
 * The command line that runs a command inside a root, with an environment of its own. The kernel's /proc, which compilers look themselves up
 * in, is mounted for it alone: no mount is left whatever happens.
 *
 * @param {string} folder
 * @param {readonly string[]} command
 * @returns {[string, string[]]}
 */
function inside(folder, command) {
  const proxies = ['http_proxy', 'https_proxy', 'no_proxy'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [`${name}=${value}`];
  });
  const env = [
    'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
    'HOME=/root',
    'LANG=C.UTF-8',
    'DEBIAN_FRONTEND=noninteractive',
    ...proxies,
  ];
  const enter = 'mount -t proc proc "$0/proc" && exec env -i "$@"';
  return ['unshare', ['--mount', 'sh', '-c', enter, folder, ...env, 'chroot', folder, ...command]];
}
