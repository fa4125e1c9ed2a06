import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { UsageError } from './lib/errors.mjs';
import { main, parseArguments } from './lib/main.mjs';
import { fromRoot } from './lib/paths.mjs';
import { launch, runChecked } from './lib/processes.mjs';
import { Progress } from './lib/progress.mjs';
import { buildPreset } from './setup/builds.mjs';
import { provideSystemPackages } from './setup/systemPackages.mjs';

const usage = `npm run fuzz -- [--minutes M] [--verbose]

Compares the readers of outside bytes with their oracles on inputs that libFuzzer makes up, under both sanitizers, for M minutes
(10 when absent). It starts from the recorded frames and the seeds of tests/fuzz and from what earlier runs found. The first
disagreement or crash ends it; its input is kept in test-output/fuzz/.`;

await main(async () => {
  const { values } = parseArguments(
    {
      options: {
        minutes: { type: 'string', default: '10' },
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
  const seconds = Math.round(Number(values.minutes) * 60);
  if (!(seconds > 0)) throw new UsageError('--minutes takes a number above 0');
  const progress = new Progress();
  await provideSystemPackages('fuzz', progress, { verbose: values.verbose });
  await buildPreset('fuzz', progress, values.verbose);
  const [seeds, found, output] = ['build/fuzz/seeds', 'build/fuzz/found', 'test-output/fuzz'].map((path) => {
    mkdirSync(fromRoot(path), { recursive: true });
    return fromRoot(path);
  });
  await progress.step('write the seeds', () => runChecked(fromRoot('build/fuzz/tests/fuzz/fuzz_seeds'), [`${seeds}`]));
  const options = [`-max_total_time=${seconds}`, '-timeout=30', '-print_final_stats=1', `-artifact_prefix=${output}/`];
  const child = launch(fromRoot('build/fuzz/tests/fuzz/fuzz'), [...options, `${found}`, `${seeds}`], {
    stdio: 'inherit',
  });
  await once(child, 'exit');
  return child.exitCode ?? 1;
});
