// @ts-check
import { fork } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { BenchError } from '../feed/ledger.mjs';

/** @typedef {import('./child.mjs').Job} Job */
/** @typedef {import('../measure/bundles.mjs').Bundle} Bundle */

const program = fileURLToPath(new URL('child.mjs', import.meta.url));

/** @param {Job} job @returns {Promise<any>} */
function inChild(job) {
  const child = fork(program, { execArgv: ['--expose-gc'], serialization: 'advanced' });
  return new Promise((resolve, reject) => {
    child.once('message', (/** @type {{ result?: unknown, error?: string }} */ { result, error }) => {
      if (error === undefined) resolve(result);
      else reject(new BenchError(error));
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(new BenchError(`a measuring process ended with code ${code ?? '?'}`));
    });
    child.send(job);
  });
}

/** Measures in this Node, each scenario in a process of its own. @type {import('../runner.mjs').Runner} */
export const nodeRunner = {
  where: `Node ${process.versions.node}`,
  run: (scenario, effort) => inChild({ kind: 'run', scenario, effort }),
  load: (side, { entry }) => inChild({ kind: 'load', side, bundle: pathToFileURL(entry).href }),
  tasks: null,
  close: () => Promise.resolve(),
};
