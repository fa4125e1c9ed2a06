import { once } from 'node:events';
import { UsageError } from './lib/errors.mjs';
import { main, parseArguments, printsHelp } from './lib/main.mjs';
import { fromRoot } from './lib/paths.mjs';
import { launch } from './lib/processes.mjs';
import { Progress } from './lib/progress.mjs';
import { buildPreset } from './setup/builds.mjs';

const usages = {
  sim: `npm run test:sim -- [options]

Builds the simulation and plays worlds, checking every invariant after each step. A failing seed prints what broke, the last events
and the command that replays it.

  --seeds N  number of worlds (100)
  --from S   the first seed (1)
  --steps K  least number of steps in each (500)
  --trace    prints every event of every seed
  --help     shows this`,
  herd: `npm run sim:herd

Builds the simulation and prints how 10,000 clients come back after outages of their server, beside the reference client. Exits with 1
when a mark is missed.

  --help  shows this`,
};

const number = /** @type {const} */ ({ type: 'string' });
const flag = /** @type {const} */ ({ type: 'boolean' });

await main(async () => {
  const [program = '', ...options] = process.argv.slice(2);
  if (program !== 'sim' && program !== 'herd') throw new UsageError('the programs are sim and herd');
  const usage = usages[program];
  const known = program === 'herd' ? {} : { seeds: number, from: number, steps: number, trace: flag };
  parseArguments({ args: options, options: { ...known, help: flag } }, usage);
  if (printsHelp(usage)) return 0;
  await buildPreset('sim', new Progress(), false);
  const child = launch(fromRoot(`build/sim/tests/sim/${program}`), options, { stdio: 'inherit' });
  await once(child, 'exit');
  return child.exitCode ?? 1;
});
