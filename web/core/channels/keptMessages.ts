import { sameValue } from '../base/sameValue.js';
import type { CheckedSend } from '../checks/channelOptions.js';
import type { BroadcastReader } from './broadcastReader.js';

/** What a handle sends with `persist`. */
interface Kept {
  /** Null for a handle that gets what it sends itself. */
  readonly sender: number | null;
  /** The handles that have had it, or have sent it. */
  readonly handles: readonly number[];
  /** Whether it was rejected, so that only its sender knows it. The server may have it all the same: its answer may have been lost. */
  isRejected: boolean;
  readonly event: string;
  /** JSON or bytes. */
  readonly payload: string | Uint8Array;
  /** When it is sent at the latest, by the monotonic clock. */
  readonly sentBy: number;
}

/** A replay begins a minute before the last request that the server answered, which is sent at least every 55 s. */
const REPLAYED_MS = 120_000;
const MOST = 200;

/**
 * The messages of one manager that the server keeps for replay. The server does not say under which id, and so sends a channel its own again after an
 * interruption: they are known by what they say. One that somebody else sent in the same words is another message, so each is taken for its own once.
 */
export class KeptMessages {
  #kept: Kept[] = [];

  /** @returns what notes that it was rejected: no handle but its sender has it then */
  add(sender: number | null, handles: readonly number[], { event, payload, timeoutMs }: CheckedSend): () => void {
    const kept: Kept = {
      sender,
      handles,
      isRejected: false,
      event,
      payload,
      sentBy: performance.now() + timeoutMs,
    };
    this.#kept.push(kept);
    if (this.#kept.length > MOST) this.#kept.shift();
    return () => {
      kept.isRejected = true;
    };
  }

  /** A handle's channel was interrupted: what was sent long before will not be replayed. */
  interrupted(handle: number): void {
    const since = performance.now() - REPLAYED_MS;
    this.#kept = this.#kept.filter(({ handles, sentBy }) => sentBy >= since || !handles.includes(handle));
  }

  /** Which of these handles lack a replayed broadcast. Each of the messages is recognised once. */
  withoutIt(handles: readonly number[], broadcast: BroadcastReader): readonly number[] {
    const { event } = broadcast.message;
    const at = this.#kept.findIndex(
      (kept) =>
        kept.event === event && kept.handles.some((id) => handles.includes(id)) && saysTheSame(kept.payload, broadcast),
    );
    const [kept] = at === -1 ? [] : this.#kept.splice(at, 1);
    if (kept === undefined) return handles;
    return kept.isRejected ? handles.filter((id) => id !== kept.sender) : [];
  }
}

/** The database writes JSON in its own way. */
function saysTheSame(payload: Kept['payload'], broadcast: BroadcastReader): boolean {
  if (typeof payload === 'string') {
    return typeof broadcast.raw === 'string' && sameValue(JSON.parse(payload), broadcast.payload);
  }
  return typeof broadcast.raw !== 'string' && sameValue(payload, broadcast.raw);
}
