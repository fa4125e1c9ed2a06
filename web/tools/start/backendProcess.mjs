import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fromRoot } from '../lib/paths.mjs';
import { StepError } from '../lib/errors.mjs';
import { launch, showEnd, stop } from '../lib/processes.mjs';
import { scratchFolder } from '../lib/scratch.mjs';

/** @typedef {import('./target.mjs').Target} Target */
/**
 * @typedef {object} LaunchedBackend
 * @property {Target} target
 * @property {Promise<never>} failed rejects if it ends before it is asked to
 * @property {string} about its process and its log, for people
 */

const graceMs = 8_000;
const logFile = '.switchboard/logs/backend.log';

/**
 * Starts the embedded backend in a process of its own, with a scratch folder that is removed at the end.
 *
 * @param {object} options
 * @param {boolean} options.verbose
 * @param {import('./target.mjs').Road} options.via broadcast: its tables are tracked
 * @param {(() => Promise<void> | void)[]} options.cleanUps
 * @returns {Promise<LaunchedBackend>} once it serves
 */
export async function launchBackend({ verbose, via, cleanUps }) {
  const env = scratchFolder(cleanUps);
  const options = via === 'broadcast' ? ['--track'] : [];
  const child = launch(process.execPath, [fromRoot('web/tools/start/backendChild.mjs'), ...options], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let stopping = false;
  cleanUps.push(async () => {
    stopping = true;
    await stop(child, graceMs);
  });
  const logged = keepLog(child, verbose);
  const failed = new Promise((_resolve, reject) => {
    child.once('exit', (code, signal) => {
      if (stopping) return;
      if (!verbose) showEnd(logged());
      reject(new StepError(`the backend ended by itself (${signal ?? `exit code ${code ?? '?'}`})`));
    });
  });
  failed.catch(() => undefined);
  const ready = new Promise((resolve) => {
    child.once('message', resolve);
  });
  const target = /** @type {Target} */ (await Promise.race([ready, failed]));
  return {
    target,
    failed: /** @type {Promise<never>} */ (failed),
    about: `process ${child.pid ?? '?'}, log ${logFile}`,
  };
}

/**
 * Copies what the backend prints to a log file, and to standard error when verbose. Returns what it printed last.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {boolean} verbose
 */
function keepLog(child, verbose) {
  const path = fromRoot(logFile);
  mkdirSync(dirname(path), { recursive: true });
  const file = createWriteStream(path);
  let end = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      file.write(text);
      end = (end + text).slice(-16_384);
      if (verbose) process.stderr.write(text);
    });
  }
  return () => end;
}
