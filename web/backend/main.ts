import { parseArgs } from 'node:util';

import { startBackend } from './backend.js';
import { messageOf, stderrLog } from './log.js';
import type { BackendOptions } from './options.js';

const USAGE = `usage: npm run backend -- [--port N] [--postgres-port N] [--data DIR] [--no-seed] [--pulse MS]
                              [--track] [--beat MS] [--private-only]

  --port N           port of the HTTP and websocket server (default: PORT, else a free one)
  --postgres-port N  port of the embedded PostgreSQL (default: a free one)
  --data DIR         keep the database in DIR (default: a scratch directory, removed at the end)
  --no-seed          leave the tables empty
  --pulse MS         increment seq in the table switchboard_pulse every MS milliseconds
  --track            number the changes of the demo's tables, by business_id
  --beat MS          period of the beat of numbered changes (default: 5000)
  --private-only     refuse public channels, as a project that allows private ones only
  --help             show this

With DATABASE_URL set (postgres://user:password@host:5432/database), that PostgreSQL (wal_level=logical) is used
instead of the embedded one. Keys are made from a new secret at each start; SWITCHBOARD_JWT_SECRET keeps them the same.
`;

const EXIT_USAGE = 2;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Null: the user asked for the usage only. */
function readOptions(args: string[], env: NodeJS.ProcessEnv): BackendOptions | null {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: 'string' },
      'postgres-port': { type: 'string' },
      data: { type: 'string' },
      'no-seed': { type: 'boolean' },
      pulse: { type: 'string' },
      track: { type: 'boolean' },
      beat: { type: 'string' },
      'private-only': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return null;
  const { DATABASE_URL: databaseUrl, PORT, SWITCHBOARD_JWT_SECRET: jwtSecret } = env;
  const port = values.port ?? PORT;
  return {
    log: stderrLog,
    seed: values['no-seed'] !== true,
    track: values.track === true,
    privateOnly: values['private-only'] === true,
    ...(port === undefined || port === '' ? {} : { port: portNumber(port) }),
    ...(values['postgres-port'] === undefined ? {} : { postgresPort: portNumber(values['postgres-port']) }),
    ...(values.data === undefined ? {} : { dataDir: values.data }),
    ...(values.pulse === undefined ? {} : { pulseMs: period(values.pulse) }),
    ...(values.beat === undefined ? {} : { beatMs: period(values.beat) }),
    ...(databaseUrl === undefined || databaseUrl === '' ? {} : { databaseUrl }),
    ...(jwtSecret === undefined || jwtSecret === '' ? {} : { jwtSecret }),
  };
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`"${text}" is no port`);
  return port;
}

function period(text: string): number {
  const ms = Number(text);
  if (!Number.isInteger(ms) || ms < 10 || ms > 3_600_000) throw new Error(`"${text}" is no number of ms from 10`);
  return ms;
}

async function run(): Promise<void> {
  let options: BackendOptions | null;
  try {
    options = readOptions(process.argv.slice(2), process.env);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${USAGE}`);
    process.exitCode = EXIT_USAGE;
    return;
  }
  if (options === null) {
    process.stdout.write(USAGE);
    return;
  }
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of SIGNALS)
      process.on(signal, () => {
        resolve();
      });
  });
  // For a parent that keeps an IPC channel: its end ends this process too.
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  const backend = await startBackend(options);
  const { url, realtime, rest, postgres, anonKey, serviceKey, jwtSecret } = backend;
  process.stdout.write(
    `${JSON.stringify({ ready: true, url, realtime, rest, postgres, anonKey, serviceKey, jwtSecret })}\n`,
  );
  await interrupted;
  await backend.stop();
  process.exit();
}

run().catch((error: unknown) => {
  process.stderr.write(`backend failed: ${messageOf(error)}\n`);
  process.exit(1);
});
