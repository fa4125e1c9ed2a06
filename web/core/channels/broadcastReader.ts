import type { BroadcastMessage } from '../api/channel.js';
import type { BroadcastDelivery } from '../engine/engine.js';

/** Made at the first use: importing the package needs nothing that a test environment may lack. */
let decoder: TextDecoder | null = null;

/**
 * The broadcast on its way to its handles. It is decoded and parsed at the first use, once for all of them. There is one reader for all broadcasts,
 * because V8 gives up the optimized code of a class when no object of it survives a garbage collection.
 */
export class BroadcastReader {
  #delivery: BroadcastDelivery | null = null;
  #message: BroadcastMessage = Object.freeze({ event: '', replayed: false });
  #raw: BroadcastDelivery['payload'] | null = null;
  #payload: unknown = null;
  #isRead = false;

  /** Null lets go of what it read. */
  become(delivery: BroadcastDelivery | null): this {
    this.#delivery = delivery;
    this.#raw = this.#payload = null;
    this.#isRead = false;
    if (delivery !== null) this.#message = messageOf(delivery, this.#message);
    return this;
  }

  get message(): BroadcastMessage {
    return this.#message;
  }

  /** JSON text, or bytes. */
  get raw(): BroadcastDelivery['payload'] {
    this.#raw ??= this.#delivery === null ? '' : rawOf(this.#delivery);
    return this.#raw;
  }

  /** Throws a SyntaxError when it can't be read. */
  get payload(): unknown {
    if (this.#isRead) return this.#payload;
    const { raw } = this;
    this.#payload = typeof raw === 'string' ? (JSON.parse(raw) as unknown) : raw;
    this.#isRead = true;
    return this.#payload;
  }
}

/** `before` where it says the same: most broadcasts come once and without an id, and those of one event come one after the other. */
function messageOf({ event, id, replayed }: BroadcastDelivery, before: BroadcastMessage): BroadcastMessage {
  if (id !== null) return Object.freeze({ event, id, replayed });
  const isSame = before.event === event && before.replayed === replayed && before.id === undefined;
  return isSame ? before : Object.freeze({ event, replayed });
}

function rawOf({ payload, json }: BroadcastDelivery): BroadcastDelivery['payload'] {
  if (typeof payload === 'string' || !json) return payload;
  decoder ??= new TextDecoder('utf-8', { ignoreBOM: true });
  return decoder.decode(payload);
}
