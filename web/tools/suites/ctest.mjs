import { stripVTControlCharacters } from 'node:util';
import { buildPreset } from '../setup/builds.mjs';
import { run, showEnd } from '../lib/processes.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

const caseCounts =
  /^(\d+): .*\[doctest\] test cases:\s*\d+ \|\s*(\d+) passed \|\s*(\d+) failed(?: \|\s*(\d+) skipped)?/;
const programResult = /^\s*\d+\/\d+ Test\s+#(\d+): .*?(?:\.{2,}|\s)\s*(\**\w.*?)\s+\d+\.\d+ sec/;

/**
 * Counts the test cases in the output of `ctest --verbose`. A program that does not print doctest's summary counts as one case,
 * and so does one that fails after all its cases passed (a leak found at exit, say).
 *
 * @param {string} output
 * @returns {Counts}
 */
export function countCases(output) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  /** @type {Map<string, Counts>} */
  const programs = new Map();
  for (const line of stripVTControlCharacters(output).split('\n')) {
    const cases = caseCounts.exec(line);
    if (cases !== null) {
      const [, program = '', passed, failed, skipped] = cases;
      const before = programs.get(program) ?? { passed: 0, failed: 0, skipped: 0 };
      programs.set(program, {
        passed: before.passed + Number(passed),
        failed: before.failed + Number(failed),
        skipped: before.skipped + Number(skipped ?? 0),
      });
    }
    const result = programResult.exec(line);
    if (result === null) continue;
    const [, program = '', verdict = ''] = result;
    const counts = programs.get(program);
    const succeeded = verdict === 'Passed';
    total.passed += counts?.passed ?? (succeeded ? 1 : 0);
    total.failed += Math.max(counts?.failed ?? 0, succeeded ? 0 : 1);
    total.skipped += counts?.skipped ?? 0;
  }
  return total;
}

/**
 * Builds a native preset and runs its tests.
 *
 * @param {string} preset
 * @param {import('./suite.mjs').SuiteContext} context
 * @returns {Promise<Counts>}
 */
export async function runCtest(preset, { progress, verbose, logFile }) {
  await buildPreset(preset, progress, verbose);
  return progress.step(`run ${preset}`, async () => {
    const { code, output } = await run('ctest', ['--preset', preset, '--verbose'], { logFile, verbose });
    const counts = countCases(output);
    if (code !== 0 || counts.passed === 0) counts.failed = Math.max(counts.failed, 1);
    if (counts.failed > 0 && !verbose) showEnd(output);
    return counts;
  });
}
