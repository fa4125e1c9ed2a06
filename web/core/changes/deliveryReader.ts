import { isList, toPayload, type WireChange } from './wireChange.js';
import type { ValueReader } from './values.js';
import { ColumnCut } from './columnCut.js';
import type { ColumnLists } from './columnLists.js';
import type { Column } from './convert.js';
import type { ChangeDelivery } from '../engine/engine.js';
import type { ChangePayload } from '../api/payload.js';

const NO_CHANGES: readonly WireChange[] = [];
const NOTHING: ChangeDelivery = { kind: 'notify', subscribers: [], count: 0, text: '' };

/**
 * The delivery that is on its way to its subscribers. Its text is parsed at the first use, by one call, and the payloads are then shared by all
 * subscribers.
 *
 * One object serves all deliveries in turn, and keeps the last change that it parsed: V8 forgets the shape of objects when none is left at a garbage
 * collection, and with it the optimised code of whatever handles them, which here is the way of every change.
 */
export class DeliveryReader {
  /** The newest that anybody has read; null when nobody has read any. */
  newest: ChangePayload | null = null;
  #delivery = NOTHING;
  #payloads: readonly ChangePayload[] | null = null;
  #parsed: WireChange | null = null;
  /** Those of a window. */
  #changes = NO_CHANGES;
  #failure: { readonly error: unknown } | null = null;
  readonly #values: ValueReader;
  readonly #lists: ColumnLists;
  readonly #cut = new ColumnCut();

  /** `lists`: the core's. */
  constructor(values: ValueReader, lists: ColumnLists) {
    this.#values = values;
    this.#lists = lists;
  }

  /** Turns to this delivery; without one it lets go of the last. */
  become(delivery: ChangeDelivery = NOTHING): this {
    this.#delivery = delivery;
    this.#payloads = null;
    this.#changes = NO_CHANGES;
    this.#failure = null;
    this.newest = null;
    return this;
  }

  /** How many changes. */
  get count(): number {
    return this.#delivery.count;
  }

  /** What the server sent. Of `each` only. */
  get text(): string {
    return this.#delivery.text;
  }

  /** In the order in which they came; none for `notify`. Throws when they can't be read, each time the same. */
  get payloads(): readonly ChangePayload[] {
    this.#payloads ??= this.#read();
    return this.#payloads;
  }

  /** Those whose values the server left out, as far as anybody has read them. Null: none. */
  get incomplete(): readonly ChangePayload[] | null {
    return this.#payloads?.some(isIncomplete) === true ? this.#payloads.filter(isIncomplete) : null;
  }

  /** The columns of one of `payloads`, as the server describes them. The same array for changes of the same table, as a rule. */
  columnsOf(at: number): readonly Column[] {
    const isOne = this.#delivery.kind === 'each';
    const columns = (isOne ? this.#parsed : this.#changes[at])?.data?.columns ?? [];
    if (isList(columns)) return columns;
    return (isOne ? this.#cut.lists : this.#lists).columns(Number(columns));
  }

  /** For the sake of `incomplete`. Throws as `payloads` does. */
  read(): void {
    this.#payloads ??= this.#read();
  }

  #read(): readonly ChangePayload[] {
    if (this.#delivery.kind === 'notify') return [];
    if (this.#failure !== null) throw this.#failure.error;
    try {
      return this.#parse();
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  #parse(): readonly ChangePayload[] {
    const { kind, text } = this.#delivery;
    if (kind === 'each') {
      this.#parsed = this.#cut.parse(text, this.#values);
      this.newest = toPayload(this.#parsed, this.#values, this.#cut.lists);
      return [this.newest];
    }
    const changes = this.#values.parse(text) as readonly WireChange[];
    this.#changes = changes;
    this.#parsed = changes[changes.length - 1] ?? null;
    const payloads = changes.map((change) => toPayload(change, this.#values, this.#lists));
    this.newest = payloads[payloads.length - 1] ?? null;
    return payloads;
  }
}

function isIncomplete({ errors }: ChangePayload): boolean {
  return errors !== null && errors.length > 0;
}
