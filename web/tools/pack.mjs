import { main, printsOnlyHelp } from './lib/main.mjs';
import { Progress } from './lib/progress.mjs';
import { buildModules, compileTypeScript } from './setup/builds.mjs';
import { provideNpmPackages } from './setup/npmPackages.mjs';
import { provideSystemPackages } from './setup/systemPackages.mjs';

const usage = `node web/tools/pack.mjs

Runs before \`npm pack\` and \`npm publish\`: builds what the package consists of, or ends them with what is missing.

  --help  shows this`;

await main(async () => {
  if (printsOnlyHelp(usage)) return 0;
  const progress = new Progress();
  await provideSystemPackages('start', progress, { verbose: false });
  await provideNpmPackages(progress, false);
  await buildModules(progress, false);
  await compileTypeScript(['web'], progress, false);
  return 0;
});
