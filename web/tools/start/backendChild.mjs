// Runs the embedded backend for the process that started this one: tells it the endpoints, and stops on SIGTERM or when that
// process is gone, however it went. With `--track` the demo's tables are tracked.
import { startBackend } from 'switchboard-backend';

// The lab's burst is faster than a tenant's limit, above which the server loses changes in silence.
const track = process.argv.includes('--track');
const backend = await startBackend({ lab: true, track, limits: { eventsPerSecond: 1_000_000 } });
let stopping = false;

async function stop() {
  if (stopping) return;
  stopping = true;
  await backend.stop();
  process.exit(0);
}

process.on('SIGTERM', () => void stop());
process.on('disconnect', () => void stop());
const { url, realtime, rest, postgres, anonKey: apikey } = backend;
process.send?.({ realtime, rest, postgres, apikey, lab: `${url}/lab` });
