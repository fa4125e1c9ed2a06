import { parseArgs } from 'node:util';
import { StepError, UsageError } from './errors.mjs';
import { stopAll } from './processes.mjs';

const graceMs = 10_000;

/**
 * Runs a command's body: its errors become a message and an exit code, and SIGINT, SIGTERM or SIGHUP end every process it
 * started, run `cleanUp` and exit. A signal that comes again meanwhile is ignored: npm passes on what the terminal has
 * already sent to everyone.
 *
 * @param {(cleanUps: (() => Promise<void> | void)[]) => Promise<number | undefined>} body returns the exit code; undefined keeps the process
 *   running until a signal comes. What it pushes on `cleanUps` runs at the end, last first.
 * @param {{ signalExitCode?: number }} [options] exit code after a signal; 128 + its number when absent
 */
export async function main(body, { signalExitCode } = {}) {
  /** @type {(() => Promise<void> | void)[]} */
  const cleanUps = [];
  /** @type {Promise<never> | undefined} */
  let ending;
  const end = (/** @type {number} */ code) => (ending ??= endProcess(cleanUps, code));
  const signals = /** @type {const} */ ([
    ['SIGHUP', 1],
    ['SIGINT', 2],
    ['SIGTERM', 15],
  ]);
  for (const [signal, number] of signals) process.on(signal, () => void end(signalExitCode ?? 128 + number));
  try {
    const code = await body(cleanUps);
    if (code !== undefined) await end(code);
  } catch (error) {
    if (ending === undefined) process.stderr.write(describe(error));
    await end(error instanceof UsageError ? 2 : 1);
  }
}

/**
 * Parses the command line of a tool; what it does not know is a UsageError.
 *
 * @template {import('node:util').ParseArgsConfig} T
 * @param {T} config
 * @param {string} usage
 */
export function parseArguments(config, usage) {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

/**
 * Prints the usage when the command line asks for it. For tools that hand their options on: nothing has to be built first.
 *
 * @param {string} usage
 */
export function printsHelp(usage) {
  if (!process.argv.includes('--help')) return false;
  process.stdout.write(`${usage}\n`);
  return true;
}

/**
 * For tools without options: prints the usage when the command line asks for it; anything else on it is a UsageError.
 *
 * @param {string} usage
 */
export function printsOnlyHelp(usage) {
  parseArguments({ options: { help: { type: 'boolean' } } }, usage);
  return printsHelp(usage);
}

/**
 * @param {(() => Promise<void> | void)[]} cleanUps
 * @param {number} code
 * @returns {Promise<never>}
 */
async function endProcess(cleanUps, code) {
  for (const cleanUp of [...cleanUps].reverse()) {
    try {
      await cleanUp();
    } catch (error) {
      process.stderr.write(describe(error));
    }
  }
  await stopAll(graceMs);
  process.exit(code);
}

/**
 * @param {unknown} error
 */
function describe(error) {
  if (error instanceof UsageError || error instanceof StepError) return `error: ${error.message}\n`;
  return `error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
}
