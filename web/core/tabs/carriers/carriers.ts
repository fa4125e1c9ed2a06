import type { LogLevel } from '../../api/logger.js';
import type { TabsCode, TabsStatus } from '../../api/status.js';
import type { EngineOptions, OpenEngine } from '../../engine/engine.js';
import type { OpenCore } from '../hub/hubHost.js';
import { CarrierUnavailable, type Line, type LineEvents } from '../tab/line.js';
import type { Connect, Connected } from '../tab/tabEngine.js';
import type { Locks } from '../wire/locks.js';
import { TABS_PROTOCOL, type Attach } from '../wire/messages.js';
import { ANSWER_MS, openHubLine } from './hubLine.js';
import { Looks, type Look } from './look.js';
import { LEADER, Leadership } from './leadership.js';
import type { Realm } from './realm.js';
import type { StartWorker } from './startWorker.js';

/** What the browser has for it. */
export interface CarrierParts {
  readonly locks: Locks;
  /** Null: there is no SharedWorker. */
  readonly startWorker: StartWorker | null;
  /** Null: there is no BroadcastChannel, or no page. */
  readonly realm: Realm | null;
  /** Opens cores for the hubs in this tab. */
  readonly openCore: OpenCore;
}

/** What a manager needs to find a line. */
export interface CarrierSettings {
  readonly options: EngineOptions;
  /** The address of the core's .wasm. */
  readonly wasm: string;
  /** That of the worker's script. Null: there is none. */
  readonly worker: string | null;
  readonly loadTimeoutMs: number;
  readonly logLevel: LogLevel;
  /** A core in this realm, for nobody else. */
  readonly openOwn: OpenEngine;
}

type Way = (look: Look) => Promise<Line>;
type Given = readonly [settings: CarrierSettings, user: string, events: LineEvents, signal: AbortSignal];

const NO_ADDRESS =
  'This bundle does not know where its files are: give the address of switchboard-realtime/tabs-worker.js as `tabs: { worker }`.';

export const NO_LOCKS: TabsStatus = {
  carrier: 'own',
  code: 'NO_LOCKS',
  message: 'There are no Web Locks here: they need a page that came over https, and an origin.',
};

/** What may go wrong with a carrier before the next is tried: what each problem counts, and how much is too much. */
const PROBLEMS = { known: 1, unknown: 3, no: 6 };
const TOO_MUCH = 6;

/** The lines that the tabs of an origin share: through a SharedWorker, or through one of them. One for all managers of a page. */
export class Carriers {
  readonly #parts: CarrierParts;
  readonly #leadership: Leadership | null;
  /** The least number of a worker that answers. */
  #least = 0;

  constructor(parts: CarrierParts) {
    const { locks, realm, openCore } = parts;
    this.#parts = parts;
    this.#leadership = realm === null ? null : new Leadership(locks, openCore, realm);
  }

  connect(settings: CarrierSettings): Connect {
    return (user, events, signal) => this.#connect(settings, user, events, signal);
  }

  async #connect(...given: Given): Promise<Connected> {
    const [settings, , events, signal] = given;
    const looks = new Looks(this.#parts.locks, signal);
    let isLed: boolean;
    try {
      isLed = await looks.sees(LEADER);
    } catch (error) {
      if (signal.aborted) throw error;
      return ownLine(settings, events, signal, NO_LOCKS);
    }
    const code: TabsCode = this.#parts.startWorker === null ? 'NO_WORKER' : 'WORKER_FAILED';
    let message = isLed ? 'Another tab, which could not have the worker, has the line for all.' : '';
    const ways = this.#ways(given);
    // Where one tab can't have the worker, the others come to that tab.
    for (const carrier of isLed ? (['tab', 'worker'] as const) : (['worker', 'tab'] as const)) {
      const way = ways[carrier];
      try {
        if (typeof way === 'string') throw new CarrierUnavailable(way);
        const line = await persistently(() => looks.use(way));
        return { line, tabs: carrier === 'worker' ? { carrier, code: 'OK', message: '' } : { carrier, code, message } };
      } catch (error) {
        if (!(error instanceof CarrierUnavailable) || signal.aborted) throw error;
        message = message === '' ? error.message : `${message} ${error.message}`;
      }
    }
    looks.end();
    return ownLine(settings, events, signal, { carrier: 'own', code, message });
  }

  /** How to get a line by each carrier, or why the browser has none. */
  #ways(given: Given): Readonly<Record<'worker' | 'tab', Way | string>> {
    const { startWorker } = this.#parts;
    const [{ worker: address }] = given;
    const leadership = this.#leadership;
    let worker: Way | string = 'There is no SharedWorker here.';
    if (startWorker !== null && address === null) worker = NO_ADDRESS;
    else if (startWorker !== null && address !== null) {
      worker = (look) => this.#worker(startWorker, address, look, ...given);
    }
    return {
      worker,
      tab:
        leadership === null
          ? 'No tab can have the line for all: there is no BroadcastChannel, or this is no page.'
          : (look) => this.#leader(leadership, look, ...given),
    };
  }

  async #worker(
    startWorker: StartWorker,
    address: string,
    look: Look,
    ...[settings, user, events, signal]: Given
  ): Promise<Line> {
    const { locks } = this.#parts;
    const { held, lock, release } = look;
    // The name of a worker, with which that of the lock begins that it holds. Then follows the number.
    const prefix = `switchboard-tabs ${TABS_PROTOCOL} ${address} `;
    const numbers = [...runningWorkers(held, prefix).values()];
    const number = Math.max(this.#least, 0, ...numbers);
    const isKnown = numbers.includes(number);
    const helloMs = isKnown ? ANSWER_MS : Math.max(ANSWER_MS, settings.loadTimeoutMs);
    const { port, failed } = startWorker(address, `${prefix}${number}`);
    const wedged = (): void => {
      this.#least = Math.max(this.#least, number + 1);
    };
    const stop = new AbortController();
    const abort = (): void => {
      stop.abort();
    };
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    failed.catch(abort);
    try {
      const attach = attachOf(settings, user, lock);
      const opened = openHubLine({ port, attach, release, locks, helloMs, isKnown, wedged }, events, stop.signal);
      const line = await Promise.race([opened, failed]);
      void retireOlder(locks, prefix);
      return line;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  async #leader(leadership: Leadership, look: Look, ...[settings, user, events, signal]: Given): Promise<Line> {
    const { locks } = this.#parts;
    const { held, lock, release } = look;
    const port = await leadership.call(held.includes(LEADER));
    const wedged = (): void => {
      leadership.seize(port);
    };
    const attach = attachOf(settings, user, lock);
    return openHubLine({ port, attach, release, locks, helloMs: ANSWER_MS, isKnown: true, wedged }, events, signal);
  }
}

/** The numbers of the workers that have tabs, by the names of their locks. */
function runningWorkers(held: readonly string[], prefix: string): Map<string, number> {
  const names = held.filter((name) => name.startsWith(prefix));
  return new Map(names.map((name) => [name, Number(name.slice(prefix.length).split(' ')[0])]));
}

/**
 * Sends everybody to the newest worker: tabs may be with one that was given up. That one ends its hubs when it runs again. Every tab looks after it has
 * a line, so that of two that took different workers one sees the other.
 */
async function retireOlder(locks: Locks, prefix: string): Promise<void> {
  const workers = runningWorkers(await locks.held(), prefix);
  const newest = Math.max(...workers.values());
  for (const [lock, number] of workers) if (number < newest) locks.seize(lock);
}

/** A carrier that is lost or given up while a line is opened has another in its place, or soon has. */
async function persistently(open: () => Promise<Line>): Promise<Line> {
  for (let problems = 0; ;) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof CarrierUnavailable)) throw error;
      problems += PROBLEMS[error.again];
      if (problems >= TOO_MUCH) throw error;
    }
  }
}

async function ownLine(
  { options, openOwn }: CarrierSettings,
  events: LineEvents,
  signal: AbortSignal,
  tabs: TabsStatus,
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
  return { line, tabs };
}

function attachOf({ options, wasm, loadTimeoutMs, logLevel }: CarrierSettings, user: string, lock: string): Attach {
  return { protocol: TABS_PROTOCOL, user, options, wasm, loadTimeoutMs, logLevel, lock };
}
