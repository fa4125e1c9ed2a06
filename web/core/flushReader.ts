import type { ControlMessage, Delivery, EngineBatch } from './engine.js';
import type { CoreModule } from './wasmModule.js';

const KINDS = ['each', 'batch', 'notify'] as const;
const NO_LISTS: readonly string[] = [];
const NO_DELIVERIES: readonly Delivery[] = [];
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Copies flushes out of the module's memory. Words: control pointer and length; number of new lists of columns, pointer and length of each; number
 * of deliveries, then per delivery its kind, number of subscribers and of changes, the subscriber ids, and, unless it only notifies, pointer and
 * length of its text; for a single change pointer and length of the columns in it, and the number of their list.
 */
export class FlushReader {
  readonly #module: CoreModule;
  #words: Uint32Array;
  #at = 0;

  constructor(module: CoreModule) {
    this.#module = module;
    this.#words = module.HEAPU32;
  }

  /** The flush at this position in `HEAPU32`. Everything is copied; nothing of it is needed afterwards. */
  read(wordIndex: number): EngineBatch {
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
    return length === 0 ? '' : this.#slice(start, start + length);
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
    const kind = KINDS[this.#word()] ?? 'each';
    const subscriberCount = this.#word();
    const count = this.#word();
    const subscribers = this.#subscribers(subscriberCount);
    if (kind === 'notify') return { kind, subscribers, count, text: '', columns: null };
    if (kind === 'batch') return { kind, subscribers, count, text: this.#text(), columns: null };

    const start = this.#word();
    const end = start + this.#word();
    const cut = this.#word();
    const cutEnd = cut + this.#word();
    const list = this.#word();
    if (cutEnd === cut) return { kind, subscribers, count, text: this.#slice(start, end), columns: null };
    const head = this.#slice(start, cut);
    const text = head + this.#slice(cutEnd, end);
    return { kind, subscribers, count, text, columns: { list, at: head.length } };
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

  /** What is in the frame that is being handled comes from its own text, if every byte of that is a character. */
  #slice(start: number, end: number): string {
    const { text, start: frame, bytes } = this.#module.frame;
    if (text?.length === bytes && start >= frame && end <= frame + bytes) return text.slice(start - frame, end - frame);
    return decoder.decode(this.#module.HEAPU8.subarray(start, end));
  }
}
