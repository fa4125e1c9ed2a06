import { copyFileSync, existsSync } from 'node:fs';
import { fromRoot } from './lib/paths.mjs';
import { StepError } from './lib/errors.mjs';
import { main, printsOnlyHelp } from './lib/main.mjs';

const pictures = ['dashboard', 'dashboard-dark', 'dashboard-phone', 'dashboard-phone-dark'].map(
  (name) => `${name}.png`,
);

const usage = `npm run picture

Puts the pictures of the dashboard that the browser tests took last into the README: ${pictures.join(', ')}.

  --help  shows this`;

await main(() => {
  if (printsOnlyHelp(usage)) return Promise.resolve(0);
  for (const name of pictures) {
    const taken = fromRoot('test-output/screenshots', name);
    if (!existsSync(taken)) throw new StepError(`${name} is not there: run \`npm run test:realtime -- browser\` first`);
    copyFileSync(taken, fromRoot('web/dashboard', name));
  }
  return Promise.resolve(0);
});
