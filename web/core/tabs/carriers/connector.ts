import type { LogLevel } from '../../api/logger.js';
import type { TabsCode } from '../../api/status.js';
import type { EngineOptions, OpenEngine } from '../../engine/engine.js';
import { ANSWER_MS, openHubLine } from './hubLine.js';
import { CarrierUnavailable, type Line, type LineEvents } from '../tab/line.js';
import type { Locks } from '../wire/locks.js';
import { messagePort, TABS_PROTOCOL } from '../wire/messages.js';
import type { Connect, Connected } from '../tab/tabEngine.js';

/** What a tab needs to find a line. */
export interface CarrierSettings {
  readonly options: EngineOptions;
  /** The address of the core's .wasm. */
  readonly wasm: string;
  /** That of the worker's script. */
  readonly worker: string;
  readonly locks: Locks;
  readonly loadTimeoutMs: number;
  readonly logLevel: LogLevel;
  /** A core in this realm. */
  readonly openOwn: OpenEngine;
}

/** Workers, and the Web Locks that they hold, have names that begin like this; then follows which of them it is. */
const NAME = `switchboard-tabs ${String(TABS_PROTOCOL)} `;

/** The least number of a worker that answers. */
let least = 0;

/** A line through the SharedWorker, or one of its own where that can't be had. */
export function connector(settings: CarrierSettings): Connect {
  return async (user, events, signal) => {
    let reason: { code: TabsCode; message: string };
    const before = least;
    try {
      const line = await openWorkerLine(settings, user, events, signal).catch((error: unknown) => {
        // A worker that does not answer is given up, and the next one is started.
        if (least === before || signal.aborted) throw error;
        return openWorkerLine(settings, user, events, signal);
      });
      return { line, tabs: { carrier: 'worker', code: 'OK', message: '' } };
    } catch (error) {
      if (!(error instanceof CarrierUnavailable) || signal.aborted) throw error;
      reason = { code: 'WORKER_FAILED', message: error.message };
    }
    return openOwnLine(settings, events, signal, reason);
  };
}

async function openOwnLine(
  { options, openOwn }: CarrierSettings,
  events: LineEvents,
  signal: AbortSignal,
  reason: { code: TabsCode; message: string },
): Promise<Connected> {
  const engine = await openOwn(
    options,
    (batch) => {
      events.batch(batch);
    },
    signal,
  );
  const line: Line = {
    isShared: false,
    send: (command) => {
      engine.send(command);
    },
    check: () => undefined,
    close: () => {
      void engine.dispose();
    },
  };
  return { line, tabs: { carrier: 'own', ...reason } };
}

async function openWorkerLine(
  settings: CarrierSettings,
  user: string,
  events: LineEvents,
  signal: AbortSignal,
): Promise<Line> {
  const { options, wasm, worker, locks, loadTimeoutMs, logLevel } = settings;
  const held = (await locks.held()).filter((name) => name.startsWith(NAME));
  const numbers = held.map((name) => Number(name.slice(NAME.length).split(' ')[0]));
  const number = Math.max(least, 0, ...numbers);
  const { port, failed } = startWorker(worker, `${NAME}${String(number)}`);
  const lock = `switchboard-tab ${crypto.getRandomValues(new Uint32Array(4)).join('-')}`;
  const wedged = (): void => {
    least = Math.max(least, number + 1);
  };
  const attach = { protocol: TABS_PROTOCOL, user, options, wasm, loadTimeoutMs, logLevel, lock };
  const helloMs = numbers.includes(number) ? ANSWER_MS : Math.max(ANSWER_MS, loadTimeoutMs);
  const stop = new AbortController();
  const abort = (): void => {
    stop.abort();
  };
  signal.addEventListener('abort', abort);
  failed.catch(abort);
  try {
    const line = openHubLine({ port: messagePort(port), attach, locks, helloMs, wedged }, events, stop.signal);
    return await Promise.race([line, failed]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** @throws CarrierUnavailable */
function startWorker(address: string, name: string): { port: MessagePort; failed: Promise<never> } {
  let worker: SharedWorker;
  try {
    worker = new SharedWorker(address, { name });
  } catch (error) {
    throw new CarrierUnavailable(`The worker for all tabs can't be started: ${String(error)}`);
  }
  const failed = new Promise<never>((_resolve, reject) => {
    worker.onerror = (event) => {
      // Its file could not be loaded, or does not run. The reason is in the status.
      event.preventDefault();
      reject(new CarrierUnavailable(`The worker for all tabs, ${address}, could not be loaded.`));
    };
  });
  return { port: worker.port, failed };
}
