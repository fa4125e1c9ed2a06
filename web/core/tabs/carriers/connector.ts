import type { LogLevel } from '../../api/logger.js';
import type { TabsStatus } from '../../api/status.js';
import type { EngineOptions, OpenEngine } from '../../engine/engine.js';
import { wasmEngineOpener } from '../../engine/loadModule.js';
import { ANSWER_MS, openHubLine } from './hubLine.js';
import { Leadership } from './leadership.js';
import { CarrierUnavailable, type Line, type LineEvents } from '../tab/line.js';
import type { Locks } from '../wire/locks.js';
import { messagePort, randomName, TABS_PROTOCOL, type Attach } from '../wire/messages.js';
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

type OpenLine = (settings: CarrierSettings, user: string, events: LineEvents, signal: AbortSignal) => Promise<Line>;
type Reason = Pick<TabsStatus, 'code' | 'message'>;

/** Workers, and the Web Locks that they hold, have names that begin like this; then follows which of them it is. */
const NAME = `switchboard-tabs ${String(TABS_PROTOCOL)} `;

/** The least number of a worker that answers. */
let least = 0;

/** Of this realm. Made at the first need. */
let leadership: Leadership | null = null;

/** A line through the SharedWorker, through the leader of the tabs where there can be no such worker, or one of its own. */
export function connector(settings: CarrierSettings): Connect {
  return async (user, events, signal) => {
    const attempts = [openWorkerLine, openLeaderLine];
    let reason: Reason = { code: 'OK', message: '' };
    for (const open of attempts) {
      try {
        const line = await open(settings, user, events, signal);
        return { line, tabs: { carrier: open === openWorkerLine ? 'worker' : 'tab', ...reason } };
      } catch (error) {
        if (!(error instanceof CarrierUnavailable) || signal.aborted) throw error;
        const code = typeof SharedWorker === 'function' ? 'WORKER_FAILED' : 'NO_WORKER';
        reason = { code, message: reason.message === '' ? error.message : `${reason.message} ${error.message}` };
      }
    }
    return openOwnLine(settings, events, signal, reason);
  };
}

async function openOwnLine(
  { options, openOwn }: CarrierSettings,
  events: LineEvents,
  signal: AbortSignal,
  reason: Reason,
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

async function openWorkerLine(...given: Parameters<OpenLine>): Promise<Line> {
  if (typeof SharedWorker !== 'function') throw new CarrierUnavailable('There is no SharedWorker in this browser.');
  const before = least;
  const [, , , signal] = given;
  return attachToWorker(...given).catch((error: unknown) => {
    // A worker that does not answer is given up, and the next one is started.
    if (least === before || signal.aborted) throw error;
    return attachToWorker(...given);
  });
}

async function attachToWorker(...[settings, user, events, signal]: Parameters<OpenLine>): Promise<Line> {
  const { worker, locks, loadTimeoutMs } = settings;
  const held = (await locks.held()).filter((name) => name.startsWith(NAME));
  const numbers = held.map((name) => Number(name.slice(NAME.length).split(' ')[0]));
  const number = Math.max(least, 0, ...numbers);
  const { port, failed } = startWorker(worker, `${NAME}${String(number)}`);
  const wedged = (): void => {
    least = Math.max(least, number + 1);
  };
  const helloMs = numbers.includes(number) ? ANSWER_MS : Math.max(ANSWER_MS, loadTimeoutMs);
  const stop = new AbortController();
  const abort = (): void => {
    stop.abort();
  };
  signal.addEventListener('abort', abort);
  failed.catch(abort);
  try {
    const attach = attachOf(settings, user);
    const line = openHubLine({ port: messagePort(port), attach, locks, helloMs, wedged }, events, stop.signal);
    return await Promise.race([line, failed]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function openLeaderLine(...[settings, user, events, signal]: Parameters<OpenLine>): Promise<Line> {
  if (typeof BroadcastChannel !== 'function') throw new CarrierUnavailable('There is no BroadcastChannel either.');
  const { locks } = settings;
  leadership ??= new Leadership(locks, openCore);
  const leader = leadership;
  const attach = async (wedged: () => void): Promise<Line> => {
    const port = await leader.call();
    const line = { port, attach: attachOf(settings, user), locks, helloMs: ANSWER_MS, wedged };
    return openHubLine(line, events, signal);
  };
  let isSeized = false;
  return attach(() => {
    isSeized = true;
    leader.seize();
  }).catch((error: unknown) => {
    if (!isSeized || signal.aborted) throw error;
    return attach(() => {
      leader.seize();
    });
  });
}

function openCore(wasm: string, loadTimeoutMs: number): OpenEngine {
  return wasmEngineOpener({ wasm, numbered: false, transport: null }, loadTimeoutMs);
}

function attachOf({ options, wasm, loadTimeoutMs, logLevel }: CarrierSettings, user: string): Attach {
  const lock = randomName('switchboard-tab');
  return { protocol: TABS_PROTOCOL, user, options, wasm, loadTimeoutMs, logLevel, lock };
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
