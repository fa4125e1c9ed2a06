import { SwitchboardError } from '../api/errors.js';
import { typeOf } from '../base/validate.js';
import type { PushCommand, PushResult } from '../engine/engine.js';
import type { LogOutlet } from '../log/logOutlet.js';
import type { CheckedSend } from '../checks/channelOptions.js';
import { endedError, pushError } from './pushError.js';
import { Sending } from './sending.js';

/** Of one handle, before there is an engine. The same as the core's. */
const MAX_WAITING = 100;
const MAX_WAITING_BYTES = 5_000_000;

/** Who sends. */
export interface Sender {
  readonly id: number;
  readonly name: string;
  readonly isPrivate: boolean;
}

/** A push without an outcome. */
interface Pending {
  readonly sender: Sender;
  readonly event: string;
  /** Before it is rejected: nobody here has had it. */
  readonly onRejected: (() => void) | undefined;
  /** Null while `send` runs: most are sent before it returns, and need no more than a promise that is resolved. */
  settle: ((error: Error | null) => void) | null;
  /** What came while `send` ran; null: it was sent; undefined: nothing. */
  early: Error | null | undefined;
}

interface Waiting {
  command: PushCommand;
  /** Null for one that is conflated: it has no outcome, so none that comes too late. */
  readonly timer: ReturnType<typeof setTimeout> | null;
  /** By the monotonic clock. */
  readonly expiresAt: number;
}

/** The broadcasts of all handles that have no outcome yet. While there is no engine they wait here, in bounds; then the engine has the queue. */
export class Pushes {
  readonly #log: LogOutlet;
  /** False when there is no engine. */
  readonly #give: (command: PushCommand) => boolean;
  /** By push. */
  readonly #pending = new Map<number, Pending>();
  #waiting: Waiting[] = [];
  #lastId = 0;

  constructor(log: LogOutlet, give: (command: PushCommand) => boolean) {
    this.#log = log;
    this.#give = give;
  }

  /** Rejects with a SwitchboardError, after `onRejected`. */
  send(sender: Sender, checked: CheckedSend, onRejected?: () => void): Promise<void> {
    const { event, payload, persist, ack, timeoutMs, everyMs } = checked;
    this.#lastId += 1;
    const id = this.#lastId;
    const command: PushCommand = {
      kind: 'push',
      id,
      channel: sender.id,
      event,
      payload,
      persist,
      ack,
      timeoutMs,
      everyMs,
    };
    const pending: Pending = { sender, event, onRejected, settle: null, early: undefined };
    const isConflated = everyMs !== null;
    if (!isConflated) this.#pending.set(id, pending);
    const error = this.#give(command) ? pending.early : this.#wait(command);
    if (error === null || (isConflated && error === undefined)) return Promise.resolve();
    return this.#promise(sender, event, (settle) => {
      if (error === undefined) pending.settle = settle;
      else settle(error);
    });
  }

  /** A send that is a mistake. */
  refused(sender: Sender, event: unknown, error: Error): Promise<void> {
    return this.#promise(sender, typeof event === 'string' ? event : typeOf(event), (settle) => {
      settle(error);
    });
  }

  /** The engine is open; the handles have been opened in it. */
  replay(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { command, timer, expiresAt } of waiting) {
      if (timer !== null) clearTimeout(timer);
      this.#give(
        timer === null ? command : { ...command, timeoutMs: Math.max(1, Math.ceil(expiresAt - performance.now())) },
      );
    }
  }

  ended({ id, outcome, message }: PushResult): void {
    const pending = this.#take(id);
    if (pending !== undefined) end(pending, outcome === 'ok' ? null : pushError(outcome, message, pending));
  }

  /** The handle has closed. What the engine has it reports itself. */
  closed(sender: Sender): void {
    this.#drop(({ command }) => command.channel === sender.id);
  }

  /** The manager has ended. */
  endAll(): void {
    this.#drop(() => true);
    for (const [id, pending] of this.#pending) {
      this.#pending.delete(id);
      end(pending, endedError(pending.sender));
    }
  }

  #promise({ name }: Sender, event: string, start: (settle: (error: Error | null) => void) => void): Promise<void> {
    return new Sending((resolve, reject) => {
      start((error) => {
        if (error === null) resolve(undefined);
        else reject(error);
      });
    }).reportUnhandled((error) => {
      const message = `a send of "${event}" on the channel "${name}" failed, and nobody handled it: ${error.message}`;
      this.#log.write({ level: 'warn', message });
    });
  }

  /** Returns why it can't. */
  #wait(command: PushCommand): Error | undefined {
    const { id, channel, event, everyMs, timeoutMs } = command;
    const own = this.#waiting.filter((other) => other.command.channel === channel);
    const older =
      everyMs === null
        ? undefined
        : own.find((other) => other.command.everyMs !== null && other.command.event === event);
    if (older !== undefined) {
      older.command = command;
      return undefined;
    }
    const bytes = own.reduce((sum, other) => sum + other.command.payload.length, command.payload.length);
    if (own.length >= MAX_WAITING || bytes > MAX_WAITING_BYTES) {
      this.#pending.delete(id);
      const message = 'Too much waits to be sent on this channel: send less, or wait until the manager is ready().';
      return new SwitchboardError('SEND_QUEUE_FULL', '', message);
    }
    const expire = (): void => {
      this.#waiting = this.#waiting.filter((other) => other.command.id !== id);
      this.ended({ id, outcome: 'timedOut', message: 'The core could not be loaded in time: ready() says why.' });
    };
    const timer = everyMs === null ? setTimeout(expire, timeoutMs) : null;
    this.#waiting.push({ command, timer, expiresAt: performance.now() + timeoutMs });
    return undefined;
  }

  #drop(fits: (waiting: Waiting) => boolean): void {
    const dropped = this.#waiting.filter(fits);
    this.#waiting = this.#waiting.filter((waiting) => !dropped.includes(waiting));
    for (const { command, timer } of dropped) {
      if (timer !== null) clearTimeout(timer);
      const pending = this.#take(command.id);
      if (pending !== undefined) end(pending, endedError(pending.sender));
    }
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }
}

function end(pending: Pending, error: Error | null): void {
  if (error !== null) pending.onRejected?.();
  if (pending.settle === null) pending.early = error;
  else pending.settle(error);
}
