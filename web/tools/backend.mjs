import { once } from 'node:events';
import { fromRoot } from './lib/paths.mjs';
import { main } from './lib/main.mjs';
import { launch } from './lib/processes.mjs';
import { Progress } from './lib/progress.mjs';
import { setUpBackend } from './setup/setUp.mjs';

// `npm run backend -- [options]`: sets up what the embedded backend needs and hands the options on to it.
await main(
  async () => {
    await setUpBackend({ progress: new Progress(), verbose: false });
    const child = launch(process.execPath, [fromRoot('web/backend/dist/main.js'), ...process.argv.slice(2)], {
      stdio: 'inherit',
    });
    await once(child, 'exit');
    return child.exitCode ?? 1;
  },
  { signalExitCode: 0 },
);
