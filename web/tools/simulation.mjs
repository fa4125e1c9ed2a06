import { once } from 'node:events';
import { UsageError } from './lib/errors.mjs';
import { main } from './lib/main.mjs';
import { fromRoot } from './lib/paths.mjs';
import { launch } from './lib/processes.mjs';
import { Progress } from './lib/progress.mjs';
import { buildPreset } from './setup/builds.mjs';

// `npm run test:sim -- [options]` and `npm run sim:herd`: builds the simulation and hands the options on to its program.
await main(async () => {
  const [program = '', ...options] = process.argv.slice(2);
  if (program !== 'sim' && program !== 'herd') throw new UsageError('the programs are sim and herd');
  await buildPreset('sim', new Progress(), false);
  const child = launch(fromRoot(`build/sim/tests/sim/${program}`), options, { stdio: 'inherit' });
  await once(child, 'exit');
  return child.exitCode ?? 1;
});
