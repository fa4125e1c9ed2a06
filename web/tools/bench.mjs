import { once } from 'node:events';
import { main, parseArguments } from './lib/main.mjs';
import { fromRoot } from './lib/paths.mjs';
import { launch } from './lib/processes.mjs';
import { Progress } from './lib/progress.mjs';
import { buildModules, compileTypeScript } from './setup/builds.mjs';
import { provideNpmPackages } from './setup/npmPackages.mjs';
import { provideSystemPackages } from './setup/systemPackages.mjs';

const usage = `npm run bench -- [options]

Sets up what is missing, then measures Switchboard as it ships and realtime-js side by side, without a network, and prints a table of
ratios with the marks. Takes about five minutes. Fails when either client drops, repeats or corrupts a payload.

  --out DIR       also writes DIR/bench.json and DIR/bench.svg
  --only PATTERN  only the scenarios whose names match this regular expression
  --browser       measures in Chromium (on PATH, or named by CHROMIUM) instead of Node
  --quick         few rounds and messages: checks all payloads, its figures mean nothing
  --verbose       shows what the set-up's steps print
  --help          shows this`;

await main(async () => {
  const { values } = parseArguments(
    {
      options: {
        out: { type: 'string' },
        only: { type: 'string' },
        browser: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
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
  const { verbose } = values;
  const progress = new Progress();
  await provideSystemPackages(values.browser ? 'test' : 'start', progress, { verbose });
  await provideNpmPackages(progress, verbose);
  await buildModules(progress, verbose);
  await compileTypeScript(['web'], progress, verbose);
  const options = process.argv.slice(2).filter((option) => option !== '--verbose');
  const child = launch(process.execPath, ['--expose-gc', fromRoot('tests/bench/main.mjs'), ...options], {
    cwd: process.cwd(),
    stdio: 'inherit',
  });
  await once(child, 'exit');
  return child.exitCode ?? 1;
});
