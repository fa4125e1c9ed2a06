import { main } from './lib/main.mjs';
import { Progress } from './lib/progress.mjs';
import { buildPreset } from './setup/builds.mjs';
import { sizeLine, sizeReport } from './size/report.mjs';

// `npm run size`: builds the module and shows where its bytes are.
await main(async () => {
  await buildPreset('wasm', new Progress(), false);
  process.stdout.write(`${await sizeReport()}\n\n${sizeLine()}\n`);
  return 0;
});
