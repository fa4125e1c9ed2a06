import { parseArguments, main } from './lib/main.mjs';
import { Progress } from './lib/progress.mjs';
import { setUp } from './setup/setUp.mjs';
import { launchBackend } from './start/backendProcess.mjs';
import { serveDashboard, usablePort } from './start/dashboardServer.mjs';
import { probeAll } from './start/probes.mjs';
import { readyText } from './start/readyText.mjs';
import { dashboardPort, roadOf, supabaseTarget } from './start/target.mjs';

const usage = `npm start -- [options]

Sets up what is missing, starts the embedded backend and the dashboard, and prints when all of them answer: where they are, and
commands to try on them. As root on Debian it installs missing system packages with apt-get, after printing which.
With SUPABASE_URL and SUPABASE_ANON_KEY set, the dashboard talks to that project and no backend starts.

  --port N      port of the dashboard (else PORT, else any free one)
  --via ROAD    how changes come to the dashboard: broadcast (numbered, of tracked tables) or postgres_changes. Default:
                broadcast, whose tables the backend tracks; with a Supabase project postgres_changes
  --no-install  install no system and npm packages; say what is missing instead
  --verbose     show what the steps print
  --help        show this`;

await main(
  async (cleanUps) => {
    const { values } = parseArguments(
      {
        options: {
          port: { type: 'string' },
          via: { type: 'string' },
          'no-install': { type: 'boolean', default: false },
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
    const port = dashboardPort(values.port, process.env);
    const project = supabaseTarget(process.env);
    const via = roadOf(values.via, project);
    // Before minutes of building, and again when it is used.
    await usablePort(port);
    const progress = new Progress();
    await setUp('start', { progress, verbose: values.verbose, install: !values['no-install'] });

    const { target, failed, about } =
      project !== undefined
        ? { target: project, failed: new Promise(() => undefined), about: '' }
        : await progress.step('start the backend', () => launchBackend({ verbose: values.verbose, via, cleanUps }));
    if (about !== '') progress.note(`  ${about}`);
    const dashboard = await progress.step('start the dashboard', () =>
      serveDashboard({ port, config: { ...target, via } }),
    );
    cleanUps.push(dashboard.close);
    await progress.step('ask all of them', () =>
      Promise.race([probeAll({ ...target, dashboard: dashboard.url }), failed]),
    );
    process.stdout.write(readyText({ ...target, dashboard: dashboard.url }));
    await failed;
    return undefined;
  },
  { signalExitCode: 0 },
);
