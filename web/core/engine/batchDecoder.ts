import type { ControlMessage, Delivery, Batch } from './engine.js';
import type { CoreModule } from './wasmModule.js';

const KINDS = ['each', 'batch', 'notify'] as const;
/** An `each` whose text is given by its place in the frame that is being handled. */
const PLACE = 3;
const NO_LISTS: readonly string[] = [];
const NO_DELIVERIES: readonly Delivery[] = [];

/**
 * Copies batches out of the module's memory. Words: control pointer and length; number of new lists of columns, pointer and length of each; number
 * of deliveries, then per delivery its kind, number of subscribers and of changes, the subscriber ids, and, unless it only notifies, pointer and
 * length of its text, or how many characters of the frame's text are before and after it.
 */
export class BatchDecoder {
  readonly #module: CoreModule;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #words: Uint32Array;
  #at = 0;

  constructor(module: CoreModule) {
    this.#module = module;
    this.#words = module.HEAPU32;
  }

  /** The batch at this position in `HEAPU32`. Everything is copied; nothing of it is needed afterwards. */
  read(wordIndex: number): Batch {
    this.#words = this.#module.HEAPU32;
    this.#at = wordIndex;
    const control = this.#text();
    return {
      control: control === '' ? null : (JSON.parse(control) as ControlMessage),
      columnLists: this.#columnLists(),
      deliveries: this.#deliveries(),
    };
  }

  #text(): string {
    const start = this.#word();
    const length = this.#word();
    return length === 0 ? '' : this.#decoder.decode(this.#module.HEAPU8.subarray(start, start + length));
  }

  #place(): string {
    const start = this.#word();
    const trailing = this.#word();
    const text = this.#module.frame.text ?? '';
    return text.slice(start, text.length - trailing);
  }

  #columnLists(): readonly string[] {
    let left = this.#word();
    if (left === 0) return NO_LISTS;
    const lists: string[] = [];
    for (; left > 0; left -= 1) lists.push(this.#text());
    return lists;
  }

  #deliveries(): readonly Delivery[] {
    let left = this.#word();
    if (left === 0) return NO_DELIVERIES;
    if (left === 1) return [this.#delivery()];
    const deliveries: Delivery[] = [];
    for (; left > 0; left -= 1) deliveries.push(this.#delivery());
    return deliveries;
  }

  #delivery(): Delivery {
    const code = this.#word();
    const kind = KINDS[code] ?? 'each';
    const subscriberCount = this.#word();
    const count = this.#word();
    const subscribers = this.#subscribers(subscriberCount);
    if (kind === 'notify') return { kind, subscribers, count, text: '' };
    return { kind, subscribers, count, text: code === PLACE ? this.#place() : this.#text() };
  }

  #subscribers(count: number): readonly number[] {
    if (count === 1) return [this.#word()];
    const subscribers: number[] = [];
    for (let left = count; left > 0; left -= 1) subscribers.push(this.#word());
    return subscribers;
  }

  #word(): number {
    const word = this.#words[this.#at] ?? 0;
    this.#at += 1;
    return word;
  }
}
