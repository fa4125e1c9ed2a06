import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from '../lib/paths.mjs';
import { run, showEnd } from '../lib/processes.mjs';

/** @typedef {import('./ctest.mjs').Counts} Counts */
/**
 * The part of vitest's JSON report that is used here.
 *
 * @typedef {object} Report
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {readonly { name: string, status: string, assertionResults: readonly { status: string, fullName: string }[] }[]} testResults
 */

/**
 * Runs vitest projects. A test file that cannot be loaded counts as one failed test.
 *
 * @param {readonly string[]} projects
 * @param {import('./suite.mjs').SuiteContext} context
 * @param {{ cwd?: string, exclude?: readonly string[] }} [options] another checkout, and patterns of test files that are left out
 * @returns {Promise<Counts>}
 */
export async function runVitest(
  projects,
  { progress, verbose, logFile, reportFile, env },
  { cwd = root, exclude = [] } = {},
) {
  rmSync(reportFile, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  const vitest = join(cwd, 'node_modules/vitest/vitest.mjs');
  const chosen = [...projects.map((name) => `--project=${name}`), ...exclude.map((pattern) => `--exclude=${pattern}`)];
  return progress.step(`run ${projects.join(', ')}`, async () => {
    const args = [vitest, 'run', ...chosen, ...reporters];
    const { code, output } = await run(process.execPath, args, { cwd, env, logFile, verbose });
    const report = existsSync(reportFile) ? readReport(reportFile) : undefined;
    const counts = report === undefined ? { passed: 0, failed: 0, skipped: 0 } : countTests(report);
    if (code !== 0 || counts.passed === 0) counts.failed = Math.max(counts.failed, 1);
    if (counts.failed > 0 && !verbose) showEnd(output);
    // The end of the output need not reach back to the first failure.
    for (const name of report === undefined ? [] : failedTests(report)) process.stderr.write(`failed: ${name}\n`);
    return counts;
  });
}

/**
 * @param {Report} report
 * @returns {Counts}
 */
export function countTests({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults }) {
  const notLoaded = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  return {
    passed: numPassedTests,
    failed: numFailedTests + notLoaded.length,
    skipped: numPendingTests + numTodoTests,
  };
}

/**
 * The tests that failed, and the files that could not be loaded, each by its file and name.
 *
 * @param {Pick<Report, 'testResults'>} report
 * @param {string} [cwd] what the files' names are relative to
 */
export function failedTests({ testResults }, cwd = root) {
  return testResults.flatMap(({ name, status, assertionResults }) => {
    const file = relative(cwd, name);
    if (status === 'failed' && assertionResults.length === 0) return [file];
    return assertionResults
      .filter((result) => result.status === 'failed')
      .map(({ fullName }) => `${file}: ${fullName.trim()}`);
  });
}

/**
 * @param {string} file
 * @returns {Report}
 */
function readReport(file) {
  return /** @type {Report} */ (JSON.parse(readFileSync(file, 'utf8')));
}
