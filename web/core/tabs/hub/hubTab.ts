import type { LogLevel } from '../../api/logger.js';
import type { ControlMessage, Delivery, StatusDelta } from '../../engine/engine.js';
import type { PageState } from './evidence.js';
import { lengthOf } from '../wire/lengthOf.js';
import type { FromHub, Port } from '../wire/messages.js';

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
/** How much may wait for a tab: one that takes nothing, frozen or stopped by a debugger, must not fill the memory. */
const MOST_BATCHES = 20_000;
const MOST_CHARACTERS = 16_000_000;
/** How long more than that may wait: a tab that works can't take it before it has come, as when large subscriptions resume together. */
const MUCH_MS = 5_000;

type Lists<T> = { [Key in keyof T as NonNullable<T[Key]> extends readonly unknown[] ? Key : never]-?: T[Key] };
type Item<List> = NonNullable<List> extends readonly (infer Each)[] ? Each : never;
type Draft<T> = { -readonly [Key in keyof T]: T[Key] };

/** A tab as its hub sees it: what it has, and the batch that is being made for it. */
export class HubTab {
  /** Of subscriptions and handles of channels: its own ids, and the core's. */
  readonly ids = new Map<number, number>();
  /** The subscriptions among `ids`. */
  readonly subscriptions = new Set<number>();
  readonly page: PageState = { hidden: false, offline: false, offlineSaid: 0, sparing: false, frozen: false };
  readonly #port: Port;
  readonly #level: number;
  readonly #end = new AbortController();
  #control: Draft<ControlMessage> | null = null;
  #status: Draft<StatusDelta> | null = null;
  #deliveries: Delivery[] = [];
  /** How many of the core's lists of columns it has. */
  #lists = 0;
  #wantsLists = false;
  /** Batches on their way, and how long each is. */
  #waiting: number[] = [];
  #characters = 0;
  /** Unix ms: since when more waits than may; null: it does not. */
  #muchSince: number | null = null;

  constructor(port: Port, logLevel: LogLevel) {
    this.#port = port;
    this.#level = LEVELS.indexOf(logLevel);
  }

  /** Fires when it is gone. */
  get gone(): AbortSignal {
    return this.#end.signal;
  }

  /** Too much has waited for too long. */
  get isFull(): boolean {
    return this.#muchSince !== null && Date.now() - this.#muchSince >= MUCH_MS;
  }

  hears(level: LogLevel): boolean {
    return LEVELS.indexOf(level) >= this.#level;
  }

  post(message: FromHub): void {
    if (this.gone.aborted) return;
    if ('batch' in message) this.#sent(lengthOf(message.batch.deliveries));
    this.#port.post(message);
  }

  /** For its next batch. */
  add<Name extends keyof Lists<ControlMessage>>(name: Name, item: Item<ControlMessage[Name]>): void {
    const control = (this.#control ??= {}) as Record<string, unknown[]>;
    (control[name] ??= []).push(item);
  }

  set<Name extends 'stats' | 'tabs' | 'tokenRequest' | 'recording'>(
    name: Name,
    value: NonNullable<ControlMessage[Name]>,
  ): void {
    (this.#control ??= {})[name] = value;
  }

  addStatus<Name extends keyof Lists<StatusDelta>>(name: Name, item: Item<StatusDelta[Name]>): void {
    const status = (this.#status ??= {}) as Record<string, unknown[]>;
    (status[name] ??= []).push(item);
  }

  addDelivery(delivery: Delivery): void {
    this.#deliveries.push(delivery);
    if (delivery.kind === 'batch') this.#wantsLists = true;
  }

  /** Sends what was added, in one batch. `lists`: all of the core's lists of columns. */
  flush(lists: readonly string[], counters: StatusDelta['counters']): void {
    if (this.#control === null && this.#status === null && this.#deliveries.length === 0) return;
    const status = this.#status === null ? {} : { status: { ...this.#status, ...(counters && { counters }) } };
    const control = this.#control === null && this.#status === null ? null : { ...this.#control, ...status };
    const columnLists = this.#wantsLists ? lists.slice(this.#lists) : [];
    if (this.#wantsLists) this.#lists = lists.length;
    const deliveries = this.#deliveries;
    this.#control = null;
    this.#status = null;
    this.#deliveries = [];
    this.#wantsLists = false;
    this.post({ batch: { control, columnLists, deliveries } });
  }

  /** It has taken so many batches. */
  took(count: number): void {
    for (const length of this.#waiting.splice(0, count)) this.#characters -= length;
    this.#noteWaiting();
  }

  end(): void {
    this.#end.abort();
    this.#port.close();
  }

  #sent(length: number): void {
    this.#waiting.push(length);
    this.#characters += length;
    this.#noteWaiting();
  }

  #noteWaiting(): void {
    const isMuch = this.#waiting.length > MOST_BATCHES || this.#characters > MOST_CHARACTERS;
    this.#muchSince = isMuch ? (this.#muchSince ?? Date.now()) : null;
  }
}
