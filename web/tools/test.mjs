import { mkdirSync } from 'node:fs';
import { UsageError } from './lib/errors.mjs';
import { main, parseArguments } from './lib/main.mjs';
import { fromRoot } from './lib/paths.mjs';
import { Progress, seconds } from './lib/progress.mjs';
import { scratchFolder } from './lib/scratch.mjs';
import { setUp } from './setup/setUp.mjs';
import { findChromium } from './setup/systemPackages.mjs';
import { suites } from './suites/suite.mjs';

const names = Object.keys(suites);
const usage = `npm run test:realtime -- [suite…] [--verbose]

Sets up what is missing and runs the suites, all of them when none is named: ${names.join(', ')}.
What they print is kept in test-output/.`;

/**
 * @param {import('./suites/ctest.mjs').Counts} counts
 */
function countsText({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

await main(async (cleanUps) => {
  const { values, positionals } = parseArguments(
    { allowPositionals: true, options: { verbose: { type: 'boolean', default: false }, help: { type: 'boolean' } } },
    usage,
  );
  if (values.help === true) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const unknown = positionals.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new UsageError(`no suite is called ${JSON.stringify(unknown)}\n\n${usage}`);
  const context = { progress: new Progress(), verbose: values.verbose };
  await setUp('test', context);

  const folder = fromRoot('test-output');
  mkdirSync(folder, { recursive: true });
  const env = { ...scratchFolder(cleanUps), CHROMIUM: findChromium() ?? '', SWITCHBOARD_TEST_OUTPUT: folder };
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const [name, run] of Object.entries(suites)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const begun = performance.now();
    const counts = await run({
      ...context,
      logFile: `${folder}/${name}.log`,
      reportFile: `${folder}/${name}.json`,
      env,
    });
    process.stdout.write(`${name}: ${countsText(counts)} (${seconds(performance.now() - begun)})\n`);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  }
  process.stdout.write(`${countsText(total)}\n`);
  return total.failed === 0 ? 0 : 1;
});
