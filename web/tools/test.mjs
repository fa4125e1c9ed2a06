import { mkdirSync } from 'node:fs';
import { StepError, UsageError } from './lib/errors.mjs';
import { main, parseArguments } from './lib/main.mjs';
import { fromRoot } from './lib/paths.mjs';
import { Progress, seconds } from './lib/progress.mjs';
import { scratchFolder } from './lib/scratch.mjs';
import { setUp } from './setup/setUp.mjs';
import { findChromium } from './setup/systemPackages.mjs';
import { suites, usual } from './suites/suite.mjs';

const names = Object.keys(suites);
const usage = `npm run test:realtime -- [suite…] [--verbose] [--no-install]

Sets up what is missing and runs the suites: ${usual.join(', ')} when none is named.
${names.filter((name) => !usual.includes(name)).join(', ')}: the same tests as native-asan, without its checks.
What they print is kept in test-output/. With --no-install no system and npm packages are installed.`;

/** @typedef {import('./suites/ctest.mjs').Counts} Counts */

/** The result of a step that did not get as far as running tests. @type {Counts} */
const notRun = { passed: 0, failed: 1, skipped: 0 };

/**
 * @param {Counts} counts
 */
function countsText({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/**
 * Runs something that counts tests; a step that fails on the way, such as a build, is reported and counts as one failure.
 *
 * @param {() => Promise<Counts>} work
 */
async function counted(work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    return notRun;
  }
}

/**
 * Runs the suites of these names and prints a closing line for each.
 *
 * @param {readonly string[]} chosen
 * @param {Omit<import('./suites/suite.mjs').SuiteContext, 'logFile' | 'reportFile'>} context
 */
async function runSuites(chosen, context) {
  const folder = fromRoot('test-output');
  mkdirSync(folder, { recursive: true });
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const [name, run] of Object.entries(suites)) {
    if (!chosen.includes(name)) continue;
    const begun = performance.now();
    const files = { logFile: `${folder}/${name}.log`, reportFile: `${folder}/${name}.json` };
    const counts = await counted(() => run({ ...context, ...files }));
    process.stdout.write(`${name}: ${countsText(counts)} (${seconds(performance.now() - begun)})\n`);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  }
  return total;
}

await main(async (cleanUps) => {
  const { values, positionals } = parseArguments(
    {
      allowPositionals: true,
      options: {
        'no-install': { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean' },
      },
    },
    usage,
  );
  if (values.help === true) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const unknown = positionals.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new UsageError(`no suite is called ${JSON.stringify(unknown)}\n\n${usage}`);
  const context = { progress: new Progress(), verbose: values.verbose, install: !values['no-install'] };
  const total = await counted(async () => {
    await setUp('test', context);
    const env = { ...scratchFolder(cleanUps), CHROMIUM: findChromium() ?? '' };
    return runSuites(positionals.length > 0 ? positionals : usual, { ...context, env });
  });
  process.stdout.write(`${countsText(total)}\n`);
  return total.failed === 0 ? 0 : 1;
});
