import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { StepError } from './errors.mjs';
import { root } from './paths.mjs';

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */
/** @typedef {{ code: number | null, signal: NodeJS.Signals | null, output: string }} Outcome */
/**
 * @typedef {object} RunOptions
 * @property {string} [cwd] the root of the checkout when absent
 * @property {Record<string, string>} [env] added to this process's environment
 * @property {string} [logFile] gets everything the command prints
 * @property {boolean} [verbose] shows everything the command prints on standard error
 */

const shownLines = 80;
const pollMs = 20;

/** The leaders of the process groups that were started here and are not known to be gone. @type {Set<ChildProcess>} */
const running = new Set();

/**
 * Starts a program as the leader of a new process group, so that it can be ended with all it started.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string | undefined, env?: Record<string, string> | undefined, stdio: import('node:child_process').StdioOptions }} options
 */
export function launch(command, args, { cwd = root, env = {}, stdio }) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio, detached: true });
  running.add(child);
  child.once('error', () => running.delete(child));
  return child;
}

/**
 * Runs a program to its end and returns how it ended and what it printed.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<Outcome>}
 */
export async function run(command, args, { cwd, env, logFile, verbose = false } = {}) {
  const child = launch(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = logFile === undefined ? undefined : createWriteStream(logFile);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      output += text;
      log?.write(text);
      if (verbose) process.stderr.write(text);
    });
  }
  await once(child, 'close').catch((/** @type {unknown} */ error) => {
    throw new StepError(`cannot start ${command}: ${String(error)}`);
  });
  running.delete(child);
  if (log !== undefined) await finished(log.end());
  return { code: child.exitCode, signal: child.signalCode, output };
}

/**
 * Runs a program that must succeed. When it fails, the end of what it printed is shown and a StepError thrown.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<string>} what it printed
 */
export async function runChecked(command, args, options = {}) {
  const { code, signal, output } = await run(command, args, options);
  if (code === 0) return output;
  if (options.verbose !== true) showEnd(output);
  throw new StepError(
    `${[command, ...args].join(' ')} ${signal === null ? `exited with code ${code ?? '?'}` : `was ended by ${signal}`}`,
  );
}

/**
 * Prints the last lines of a command's output on standard error.
 *
 * @param {string} output
 */
export function showEnd(output) {
  const lines = output.trimEnd().split('\n');
  if (lines.length > shownLines) process.stderr.write(`  … ${lines.length - shownLines} lines before these\n`);
  process.stderr.write(`${lines.slice(-shownLines).join('\n')}\n`);
}

/**
 * Ends a program and what it left of its process group: asks the program itself, which may have its own way to end what it started, then the
 * group, and kills what is still there after `graceMs`. Resolves when the program is gone.
 *
 * @param {ChildProcess} child
 * @param {number} graceMs
 */
export async function stop(child, graceMs) {
  const deadline = performance.now() + graceMs;
  child.kill('SIGTERM');
  await isGoneBefore(deadline, () => child.exitCode !== null || child.signalCode !== null);
  if (!signalGroup(child, 'SIGTERM')) return;
  if (await isGoneBefore(deadline, () => !signalGroup(child, 0))) return;
  signalGroup(child, 'SIGKILL');
  await isGoneBefore(Infinity, () => child.exitCode !== null || child.signalCode !== null);
}

/**
 * Ends every process started here.
 *
 * @param {number} graceMs
 */
export async function stopAll(graceMs) {
  await Promise.all([...running].map((child) => stop(child, graceMs)));
}

/**
 * Looks again and again: the end of a process that is not our own child is no event here.
 *
 * @param {number} deadline on the clock of `performance.now()`
 * @param {() => boolean} isGone
 */
async function isGoneBefore(deadline, isGone) {
  while (!isGone()) {
    if (performance.now() > deadline) return false;
    await setTimeout(pollMs);
  }
  return true;
}

/**
 * @param {ChildProcess} child the leader, which may have ended
 * @param {NodeJS.Signals | 0} signal 0 only asks
 * @returns {boolean} whether the group has members that could be signalled
 */
function signalGroup({ pid }, signal) {
  if (pid === undefined) return false;
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}
