import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StepError } from '../lib/errors.mjs';
import { findExecutable, isExecutable } from '../lib/paths.mjs';
import { run, runChecked } from '../lib/processes.mjs';

/** @typedef {'start' | 'test' | 'lint' | 'fuzz' | 'toolchains'} Purpose */
/**
 * @typedef {object} Requirement
 * @property {string} name as a person knows it
 * @property {string} debian the Debian package that holds it
 * @property {readonly Purpose[]} purposes
 * @property {() => boolean} present
 * @property {string} source where to get it elsewhere
 */

const includeFolders = ['/usr/include', '/usr/local/include', '/opt/homebrew/include'];

/**
 * @param {string} header
 * @param {string | undefined} folder where CMake looks as well
 */
function hasHeader(header, folder) {
  return [...includeFolders, folder].some((place) => place !== undefined && existsSync(join(place, header)));
}

function hasEmscripten() {
  const { EMSDK } = process.env;
  return (
    findExecutable('emcc') !== undefined ||
    (EMSDK !== undefined && isExecutable(join(EMSDK, 'upstream/emscripten/emcc')))
  );
}

/** Whether clang++ finds its fuzzer library, whose name holds the processor's. */
function hasLibFuzzer() {
  if (findExecutable('clang++') === undefined) return false;
  const folder = execFileSync('clang++', ['-print-resource-dir'], { encoding: 'utf8' }).trim();
  return (
    existsSync(folder) && readdirSync(folder, { recursive: true }).some((path) => path.includes('clang_rt.fuzzer'))
  );
}

/**
 * The browser the tests drive: CHROMIUM, or the first one on PATH.
 */
export function findChromium() {
  return process.env.CHROMIUM ?? findExecutable('chromium', 'chromium-browser', 'google-chrome');
}

const debianPostgres = '/usr/lib/postgresql';

/**
 * The folder of the PostgreSQL programs that the tests use beside the embedded ones: POSTGRES_BIN, or the oldest version of Debian's from 15 on.
 */
export function findPostgres() {
  const { POSTGRES_BIN } = process.env;
  if (POSTGRES_BIN !== undefined) return POSTGRES_BIN;
  const versions = existsSync(debianPostgres) ? readdirSync(debianPostgres).map(Number) : [];
  return versions
    .filter((version) => version >= 15)
    .sort((a, b) => a - b)
    .map((version) => join(debianPostgres, String(version), 'bin'))
    .find((folder) => isExecutable(join(folder, 'postgres')));
}

/** @type {readonly Purpose[]} */
const all = ['start', 'test', 'lint', 'fuzz'];

/** @type {readonly Requirement[]} */
const requirements = [
  {
    name: 'Emscripten 3.1.6 or newer',
    debian: 'emscripten',
    purposes: ['start', 'test'],
    present: hasEmscripten,
    source:
      'git clone github.com/emscripten-core/emsdk, then ./emsdk install latest && ./emsdk activate latest && source ./emsdk_env.sh',
  },
  {
    name: 'CMake 3.25 or newer',
    debian: 'cmake',
    purposes: all,
    present: () => findExecutable('cmake') !== undefined,
    source: 'cmake.org/download',
  },
  {
    name: 'Ninja',
    debian: 'ninja-build',
    purposes: all,
    present: () => findExecutable('ninja') !== undefined,
    source: 'ninja-build.org',
  },
  {
    name: 'nlohmann/json 3.11 or newer (headers)',
    debian: 'nlohmann-json3-dev',
    purposes: ['test', 'lint'],
    present: () => hasHeader('nlohmann/json.hpp', process.env.NLOHMANN_JSON_ROOT),
    source: 'github.com/nlohmann/json, or a package named nlohmann-json',
  },
  {
    name: 'a C++20 compiler (g++ 12, clang 15 or newer)',
    debian: 'g++',
    purposes: ['test', 'lint'],
    present: () => findExecutable(process.env.CXX ?? 'g++', 'clang++', 'c++') !== undefined,
    source: "your system's compiler package",
  },
  {
    name: 'doctest 2.4 (headers)',
    debian: 'doctest-dev',
    purposes: ['test', 'lint'],
    present: () => hasHeader('doctest/doctest.h', process.env.DOCTEST_ROOT),
    source: 'github.com/doctest/doctest, or a package named doctest',
  },
  {
    name: 'clang++',
    debian: 'clang',
    purposes: ['fuzz'],
    present: () => findExecutable('clang++') !== undefined,
    source: 'llvm.org',
  },
  {
    name: "clang's libFuzzer and sanitizers",
    debian: 'libclang-rt-14-dev',
    purposes: ['fuzz'],
    present: hasLibFuzzer,
    source: 'llvm.org (compiler-rt)',
  },
  {
    name: 'Chromium, found on PATH or named by CHROMIUM',
    debian: 'chromium',
    purposes: ['test'],
    present: () => findChromium() !== undefined,
    source: 'chromium.org, or any Chrome',
  },
  {
    name: 'debootstrap',
    debian: 'debootstrap',
    purposes: ['toolchains'],
    present: () => findExecutable('debootstrap') !== undefined,
    source: "your system's package of that name, with Debian's keyring",
  },
  {
    name: 'the PostgreSQL server, 15 or newer, found by POSTGRES_BIN (the folder of its programs)',
    debian: 'postgresql',
    purposes: ['test'],
    present: () => findPostgres() !== undefined,
    source: 'postgresql.org/download',
  },
  {
    name: 'clang-format',
    debian: 'clang-format',
    purposes: ['lint'],
    present: () => findExecutable('clang-format') !== undefined,
    source: 'llvm.org',
  },
  {
    name: 'clang-tidy',
    debian: 'clang-tidy',
    purposes: ['lint'],
    present: () => findExecutable('clang-tidy') !== undefined,
    source: 'llvm.org',
  },
];

/**
 * Makes sure that the programs and headers `purpose` needs are there. Installs what is missing when it may (root on Debian or a
 * system made from it), otherwise throws a StepError that says what to install and where it comes from. What will be installed is printed first.
 *
 * @param {Purpose} purpose
 * @param {import('../lib/progress.mjs').Progress} progress
 * @param {{ verbose: boolean, install?: boolean | undefined }} options `install`: false to refuse rather than install; default true
 */
export async function provideSystemPackages(purpose, progress, { verbose, install = true }) {
  const missing = missingFor(purpose);
  if (missing.length === 0) return;
  const packages = missing.map(({ debian }) => debian);
  if (!isDebian())
    throw new StepError(
      `missing for ${purpose}:\n${missing.map(({ name, source }) => `  ${name}: ${source}`).join('\n')}`,
    );
  const arguments_ = ['install', '--yes', '--no-install-recommends', ...packages];
  if (!install || process.getuid?.() !== 0) {
    throw new StepError(
      `missing: ${packages.join(', ')}. Install with\n  sudo apt-get update && sudo apt-get ${arguments_.join(' ')}`,
    );
  }
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' }, verbose };
  progress.note(`Will be installed on this system with apt-get: ${packages.join(', ')} (--no-install refuses that).`);
  await progress.step('apt-get update', () => runChecked('apt-get', ['update', '--quiet'], options));
  const plan = await run('apt-get', ['install', '--assume-no', '--no-install-recommends', ...packages], options);
  progress.note(sizesIn(plan.output));
  await progress.step(`apt-get install ${packages.join(' ')}`, () => runChecked('apt-get', arguments_, options));
  const still = missingFor(purpose).map(({ name }) => name);
  if (still.length > 0) throw new StepError(`still not found after apt-get install: ${still.join(', ')}`);
}

/**
 * What apt-get says of the sizes of a download and of what is installed, in one line.
 *
 * @param {string} plan
 */
export function sizesIn(plan) {
  const lines = plan.split('\n').filter((line) => /^(?:Need to get|After this operation)/.test(line));
  return `  ${lines.join(' ')}`;
}

/**
 * @param {Purpose} purpose
 */
function missingFor(purpose) {
  return requirements.filter(({ purposes, present }) => purposes.includes(purpose) && !present());
}

function isDebian() {
  if (!existsSync('/etc/os-release') || findExecutable('apt-get') === undefined) return false;
  return /^ID(_LIKE)?=.*\bdebian\b/m.test(readFileSync('/etc/os-release', 'utf8'));
}
