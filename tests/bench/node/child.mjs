// @ts-check
// A process for one measurement: gets a job, answers with what came of it, and ends.
import { measureLoad } from '../measure/load.mjs';
import { run } from '../measure/run.mjs';

/**
 * @typedef {{ kind: 'run', scenario: import('../scenarios.mjs').Scenario, effort: import('../measure/run.mjs').Effort }
 *   | { kind: 'load', side: import('../measure/sides.mjs').Side, bundle: string }} Job
 */

// The reference client says on every import that Node 20 is old.
console.warn = () => undefined;

/** @param {unknown} answer @param {number} code */
function end(answer, code) {
  process.send?.(answer, undefined, undefined, () => process.exit(code));
}

process.once('message', (/** @type {Job} */ job) => {
  const work = job.kind === 'run' ? run(job.scenario, job.effort) : measureLoad(job.side, () => import(job.bundle));
  work.then(
    (result) => {
      end({ result }, 0);
    },
    (/** @type {unknown} */ error) => {
      end({ error: error instanceof Error ? error.message : String(error) }, 1);
    },
  );
});
