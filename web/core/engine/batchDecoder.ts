import type { Batch, ControlMessage, Delivery, PresenceChange } from './engine.js';
import type { CoreModule } from './wasmModule.js';

const KINDS = ['each', 'batch', 'notify'] as const;
/** An `each` whose text is given by its place in the frame that is being handled. */
const PLACE = 3;
/** From here on deliveries are those of channels. */
const BROADCAST = 4;
const BYTES = 5;
const PRESENCE_KINDS = ['join', 'update', 'refresh', 'leave'] as const;
/** A power of two. */
const NAME_PLACES = 64;
const NO_LISTS: readonly string[] = [];
const NO_DELIVERIES: readonly Delivery[] = [];

/**
 * Copies batches out of the module's memory. Words: control pointer and length; number of new lists of columns, pointer and length of each; number
 * of deliveries, then per delivery its kind, number of subscribers and of changes, the subscriber ids, and, unless it only notifies, pointer and
 * length of its text, or how many characters of the frame's text are before and after it. Of channels the number of changes says whether a
 * broadcast is replayed, and pointer and length follow for its event, id and payload, or for each change of presence for the key, after a digit
 * for the kind, and the metas.
 */
export class BatchDecoder {
  readonly #module: CoreModule;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** Names that were read, in the places that their bytes lead to. */
  readonly #names: string[] = new Array<string>(NAME_PLACES).fill('');
  #words: Uint32Array;
  #at = 0;
  #subscribersBefore: readonly number[] = [];

  constructor(module: CoreModule) {
    this.#module = module;
    this.#words = module.HEAPU32;
  }

  /** The batch at this position in `HEAPU32`. Everything is copied, or taken from the frame; nothing of the memory is needed afterwards. */
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

  /** A text that comes again and again: decoding it costs more than comparing it. */
  #name(): string {
    const start = this.#word();
    const length = this.#word();
    const bytes = this.#module.HEAPU8;
    const end = start + length;
    const first = bytes[start] ?? 0;
    const last = bytes[end - 1] ?? 0;
    const place = (length + first * 5 + last * 11) & (NAME_PLACES - 1);
    const known = this.#names[place] ?? '';
    if (known.length === length) {
      let at = 0;
      while (at < length && known.charCodeAt(at) === bytes[start + at]) at += 1;
      if (at === length) return known;
    }
    const name = this.#decoder.decode(bytes.subarray(start, end));
    // Each byte is one character, so that they can be compared.
    if (name.length === length) this.#names[place] = name;
    return name;
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
    if (code >= BROADCAST) return this.#ofChannels(code, subscribers, count);
    if (kind === 'notify') return { kind, subscribers, count, text: '' };
    return { kind, subscribers, count, text: code === PLACE ? this.#place() : this.#text() };
  }

  #ofChannels(code: number, channels: readonly number[], count: number): Delivery {
    if (code > BYTES) return { kind: 'presence', channels, changes: this.#presenceChanges(count) };
    const event = this.#name();
    const id = this.#text();
    const isBytes = code === BYTES;
    const inFrame = this.#inFrame(isBytes);
    const payload = inFrame ?? (isBytes ? this.#bytes() : this.#text());
    const json = inFrame !== null && !isBytes;
    return { kind: 'broadcast', channels, event, payload, json, id: id === '' ? null : id, replayed: count > 0 };
  }

  /**
   * A part of the binary frame that is being handled; null, and nothing read, when the next is none. What the application gets as bytes is copied: it
   * may look at them as numbers of another size by their `buffer`.
   */
  #inFrame(isCopied: boolean): Uint8Array<ArrayBuffer> | null {
    const { data, at } = this.#module.frame;
    if (data === null) return null;
    const start = (this.#words[this.#at] ?? 0) - at;
    if (start < 0 || start > data.length) return null;
    this.#at += 1;
    const end = start + this.#word();
    return isCopied ? data.slice(start, end) : data.subarray(start, end);
  }

  #bytes(): Uint8Array<ArrayBuffer> {
    const start = this.#word();
    return this.#module.HEAPU8.slice(start, start + this.#word());
  }

  #presenceChanges(count: number): readonly PresenceChange[] {
    const changes: PresenceChange[] = [];
    for (let left = count; left > 0; left -= 1) {
      const key = this.#text();
      changes.push({ kind: PRESENCE_KINDS[Number(key[0])] ?? 'update', key: key.slice(1), metas: this.#text() });
    }
    return changes;
  }

  #subscribers(count: number): readonly number[] {
    if (count === 1) return [this.#word()];
    const start = this.#at;
    this.#at += count;
    const before = this.#subscribersBefore;
    if (before.length === count) {
      let at = 0;
      while (at < count && before[at] === this.#words[start + at]) at += 1;
      if (at === count) return before;
    }
    const subscribers: number[] = [];
    for (let at = start; at < this.#at; at += 1) subscribers.push(this.#words[at] ?? 0);
    return (this.#subscribersBefore = subscribers);
  }

  #word(): number {
    const word = this.#words[this.#at] ?? 0;
    this.#at += 1;
    return word;
  }
}
