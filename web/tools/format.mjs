import { existsSync } from 'node:fs';
import { cppFiles } from './lib/cppFiles.mjs';
import { main, printsOnlyHelp } from './lib/main.mjs';
import { fromRoot } from './lib/paths.mjs';
import { runChecked } from './lib/processes.mjs';
import { Progress } from './lib/progress.mjs';
import { provideNpmPackages } from './setup/npmPackages.mjs';
import { provideSystemPackages } from './setup/systemPackages.mjs';

const usage = `npm run format

Formats all files with Prettier and clang-format. npm run lint checks the format.

  --help  shows this`;

await main(async () => {
  if (printsOnlyHelp(usage)) return 0;
  const progress = new Progress();
  await provideSystemPackages('lint', progress, { verbose: false });
  await provideNpmPackages(progress, false);
  await progress.step('TypeScript and documents (prettier)', () =>
    runChecked(process.execPath, [
      fromRoot('node_modules/prettier/bin/prettier.cjs'),
      '--write',
      '--log-level',
      'warn',
      '.',
    ]),
  );
  const files = cppFiles().filter((path) => existsSync(fromRoot(path)));
  await progress.step('C++ (clang-format)', () => runChecked('clang-format', ['-i', ...files]));
  return 0;
});
