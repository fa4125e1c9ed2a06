import type { LogTarget } from '../channel/host.js';

/** Reports back in fixed times; the same protocol as realtime-js, whose applications bring such a script as `workerUrl`. */
const SCRIPT = `addEventListener('message', ({ data }) => {
  if (data.event === 'start') setInterval(() => postMessage({ event: 'keepAlive' }), data.interval);
});`;

let scriptUrl: string | undefined;

/** One for all workers: a page keeps each that is made. */
function ownScript(): string {
  scriptUrl ??= URL.createObjectURL(new Blob([SCRIPT], { type: 'application/javascript' }));
  return scriptUrl;
}

/** What a worker asks for. */
export interface BeatListener extends LogTarget {
  /** It is time. */
  beat(): void;
  /** The script failed; there will be no more. */
  failed(): void;
}

/** Starts the worker of the option `worker`. Without a url its script is part of the package, which needs `blob:` in a content security policy. */
export function startHeartbeatWorker(url: string | undefined, intervalMs: number, listener: BeatListener): Worker {
  listener.log('worker', url === undefined ? 'starting default worker' : `starting worker for from ${url}`);
  const worker = new Worker(url ?? ownScript());
  worker.onerror = ({ message }) => {
    listener.log('worker', 'worker error', message);
    listener.failed();
  };
  worker.onmessage = ({ data }: MessageEvent<{ event?: unknown } | null>) => {
    if (data?.event === 'keepAlive') listener.beat();
  };
  worker.postMessage({ event: 'start', interval: intervalMs });
  return worker;
}
