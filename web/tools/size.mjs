import { main, printsOnlyHelp } from './lib/main.mjs';
import { Progress } from './lib/progress.mjs';
import { buildModules } from './setup/builds.mjs';
import { sizeLine, sizeReport } from './size/report.mjs';

const usage = `npm run size

Builds the module and shows where its bytes are: its sections, its largest functions, and what it and the glue weigh compressed.

  --help  shows this`;

await main(async () => {
  if (printsOnlyHelp(usage)) return 0;
  await buildModules(new Progress(), false);
  process.stdout.write(`${await sizeReport()}\n\n${sizeLine()}\n`);
  return 0;
});
