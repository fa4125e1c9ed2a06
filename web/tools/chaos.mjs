import { once } from 'node:events';
import { main } from './lib/main.mjs';
import { fromRoot } from './lib/paths.mjs';
import { launch } from './lib/processes.mjs';
import { Progress } from './lib/progress.mjs';
import { scratchFolder } from './lib/scratch.mjs';
import { buildPreset, compileTypeScript } from './setup/builds.mjs';
import { provideNpmPackages } from './setup/npmPackages.mjs';
import { provideSystemPackages } from './setup/systemPackages.mjs';

// `npm run test:chaos -- [options]`: builds what is missing and hands the options on to tests/chaos/main.ts.
await main(async (cleanUps) => {
  const progress = new Progress();
  await provideSystemPackages('start', progress, { verbose: false });
  await provideNpmPackages(progress, false);
  await buildPreset('wasm', progress, false);
  await compileTypeScript(['tests/chaos'], progress, false);
  const program = fromRoot('tests/chaos/dist/main.js');
  const env = scratchFolder(cleanUps);
  const child = launch(process.execPath, [program, ...process.argv.slice(2)], { stdio: 'inherit', env });
  await once(child, 'exit');
  return child.exitCode ?? 1;
});
