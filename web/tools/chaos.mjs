import { once } from 'node:events';
import { main, parseArguments, printsHelp } from './lib/main.mjs';
import { fromRoot } from './lib/paths.mjs';
import { launch } from './lib/processes.mjs';
import { Progress } from './lib/progress.mjs';
import { scratchFolder } from './lib/scratch.mjs';
import { buildModules, compileTypeScript } from './setup/builds.mjs';
import { provideNpmPackages } from './setup/npmPackages.mjs';
import { provideSystemPackages } from './setup/systemPackages.mjs';

const usage = `npm run test:chaos -- [options]

Sets up what is missing, then runs clients against a real PostgreSQL under faults, and compares what they received with what was
written. The seed decides the workload and the faults, not their times. A failure leaves its time line in test-output/.

  --minutes M    how long to run (5)
  --seed S       a whole number; random when absent
  --only FAULTS  only these, separated by commas; an unknown name prints the known ones
  --reference    runs the reference client under the same faults too
  --changes-only without channels
  --verbose      prints the time line
  --help         shows this`;

const text = /** @type {const} */ ({ type: 'string' });
const flag = /** @type {const} */ ({ type: 'boolean' });

await main(async (cleanUps) => {
  const options = {
    minutes: text,
    seed: text,
    only: text,
    reference: flag,
    'changes-only': flag,
    verbose: flag,
    help: flag,
  };
  parseArguments({ options }, usage);
  if (printsHelp(usage)) return 0;
  const progress = new Progress();
  await provideSystemPackages('start', progress, { verbose: false });
  await provideNpmPackages(progress, false);
  await buildModules(progress, false);
  await compileTypeScript(['tests/chaos'], progress, false);
  const program = fromRoot('tests/chaos/dist/main.js');
  const env = scratchFolder(cleanUps);
  const child = launch(process.execPath, [program, ...process.argv.slice(2)], { stdio: 'inherit', env });
  await once(child, 'exit');
  return child.exitCode ?? 1;
});
