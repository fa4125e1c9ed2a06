// Puts the picture that the browser tests took last into the README.
import { copyFileSync, existsSync } from 'node:fs';
import { fromRoot } from './lib/paths.mjs';
import { StepError } from './lib/errors.mjs';
import { main } from './lib/main.mjs';

await main(() => {
  const taken = fromRoot('test-output/screenshots/dashboard.png');
  if (!existsSync(taken)) throw new StepError('there is no picture yet: run `npm run test:realtime -- browser` first');
  copyFileSync(taken, fromRoot('web/dashboard/dashboard.png'));
  return Promise.resolve(0);
});
