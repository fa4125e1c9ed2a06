import { SwitchboardError, type SwitchboardErrorCode } from '../../api/errors.js';
import type { Command } from '../../engine/engine.js';
import { Patience } from './patience.js';
import { CarrierUnavailable, type Line, type LineEvents } from '../tab/line.js';
import { lengthOf } from '../wire/lengthOf.js';
import type { Locks } from '../wire/locks.js';
import type { Attach, Failure, FromHub, Port } from '../wire/messages.js';

/** How long a hub may take to answer. */
export const ANSWER_MS = 5_000;
/** How long it may be silent before it is asked whether it is there. */
const QUIET_MS = 10_000;
/** How much a tab takes before it says so: batches, or characters. Far below what may wait for it, see hub/hubTab.ts. */
const ACK_EVERY = 64;
const ACK_CHARACTERS = 1_000_000;

export interface HubLineOptions {
  readonly port: Port;
  readonly attach: Attach;
  /** Gives back the tab's lock, when the line is over. */
  readonly release: () => void;
  readonly locks: Locks;
  /** How long the hub may take to its first word. */
  readonly helloMs: number;
  /** There has been a hub at the other end. Else none may ever be there. */
  readonly isKnown: boolean;
  /** It does not answer any more, though it lives. */
  readonly wedged: () => void;
}

/**
 * Attaches to the hub at the other end of the port. Resolves when that has a core.
 *
 * @throws CarrierUnavailable when it does not answer; SwitchboardError when its core can't be loaded.
 */
export async function openHubLine(options: HubLineOptions, events: LineEvents, signal: AbortSignal): Promise<Line> {
  const line = new HubLine(options, events);
  const abort = (): void => {
    line.close();
  };
  signal.addEventListener('abort', abort);
  try {
    if (signal.aborted) abort();
    await line.open();
  } catch (error) {
    line.close();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
  return line;
}

class HubLine implements Line {
  readonly isShared = true;
  readonly #options: HubLineOptions;
  readonly #events: LineEvents;
  readonly #end = new AbortController();
  readonly #interval: ReturnType<typeof setInterval>;
  readonly #patience: Patience;
  #opening: { resolve: () => void; reject: (error: unknown) => void } | null = null;
  #heard = false;
  #isKnown: boolean;
  #wasGreeted = false;
  /** Of this turn. */
  #commands: Command[] = [];
  /** Since the hub was told the last time. */
  #taken = 0;
  #characters = 0;

  constructor(options: HubLineOptions, events: LineEvents) {
    this.#options = options;
    this.#events = events;
    this.#isKnown = options.isKnown;
    this.#patience = new Patience(
      () => {
        // The first word is the answer to `attach`.
        if (this.#wasGreeted) options.port.post({ ping: 0 });
      },
      () => {
        options.wedged();
        this.#lose('HALF_OPEN', 'What holds the line for all tabs does not answer.');
      },
    );
    this.#end.signal.addEventListener('abort', options.release);
    this.#interval = setInterval(() => {
      if (!this.#heard) this.check();
      this.#heard = false;
    }, QUIET_MS);
  }

  open(): Promise<void> {
    const { port, attach, helloMs } = this.#options;
    return new Promise((resolve, reject) => {
      if (this.#end.signal.aborted) {
        reject(new CarrierUnavailable('it was closed'));
        return;
      }
      this.#opening = { resolve, reject };
      port.listen((message) => {
        this.#receive(message as FromHub);
      });
      port.post({ attach });
      this.#patience.begin(helloMs);
    });
  }

  send(command: Command): void {
    if (this.#end.signal.aborted) return;
    this.#commands.push(command);
    if (this.#commands.length > 1) return;
    queueMicrotask(() => {
      this.#postCommands();
      this.check();
    });
  }

  check(): void {
    if (!this.#end.signal.aborted) this.#patience.begin(ANSWER_MS);
  }

  close(): void {
    if (this.#end.signal.aborted) return;
    this.#postCommands();
    this.#options.port.post({ leave: true });
    this.#stop();
    this.#opening?.reject(new CarrierUnavailable('it was closed'));
    this.#opening = null;
  }

  #postCommands(): void {
    const commands = this.#commands;
    this.#commands = [];
    if (commands.length > 0) this.#options.port.post({ commands });
  }

  #receive(message: FromHub): void {
    if (this.#end.signal.aborted) return;
    this.#heard = true;
    this.#patience.end();
    if ('batch' in message) this.#receiveBatch(message.batch);
    else if ('hello' in message) this.#watch(message.hello);
    else if ('welcome' in message) this.#welcomed();
    else if ('failed' in message) this.#failed(message.failed);
    else if ('cut' in message)
      this.#lose('OVERFLOW', 'This tab took nothing for too long, and too much waited for it.');
    else if ('replaced' in message) this.#lose('CONNECTION_LOST', 'Another tab has taken over the line for all tabs.');
  }

  #receiveBatch(batch: Parameters<LineEvents['batch']>[0]): void {
    this.#taken += 1;
    this.#characters += lengthOf(batch.deliveries);
    if (this.#taken === ACK_EVERY || this.#characters >= ACK_CHARACTERS) {
      this.#options.port.post({ ack: this.#taken });
      this.#taken = 0;
      this.#characters = 0;
    }
    this.#events.batch(batch);
  }

  /** Of the hub: free when it is gone. */
  #watch(lock: string): void {
    this.#wasGreeted = true;
    this.#isKnown = true;
    this.#options.locks.whenFree(lock, this.#end.signal, () => {
      this.#lose('CONNECTION_LOST', 'What held the line for all tabs is gone.');
    });
    // The core may take its time, which the loader bounds.
    if (this.#opening !== null) this.check();
  }

  #welcomed(): void {
    this.#opening?.resolve();
    this.#opening = null;
  }

  #failed({ code, option, message }: Failure): void {
    if (this.#opening === null) this.#lose('LOAD_FAILED', message);
    else
      this.#reject(
        code === '' ? new Error(message) : new SwitchboardError(code as SwitchboardErrorCode, option, message),
      );
  }

  #lose(...why: Parameters<LineEvents['lost']>): void {
    if (this.#end.signal.aborted) return;
    if (this.#opening !== null) {
      this.#reject(new CarrierUnavailable(why[1], this.#isKnown ? 'known' : 'unknown'));
      return;
    }
    this.#options.port.post({ leave: true });
    this.#stop();
    this.#events.lost(...why);
  }

  #reject(error: Error): void {
    this.#stop();
    this.#opening?.reject(error);
    this.#opening = null;
  }

  #stop(): void {
    this.#end.abort();
    clearInterval(this.#interval);
    this.#patience.end();
    this.#options.port.close();
  }
}
