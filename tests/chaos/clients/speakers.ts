import { setTimeout as sleep } from 'node:timers/promises';
import { SwitchboardError, type RealtimeManager } from 'switchboard-realtime';
import type { Random } from '../random.js';
import { add, type Counts } from '../report.js';
import type { Database } from '../world/database.js';
import { CURSOR, eventName, rooms, type RoomName } from '../world/rooms.js';
import type { RoomHandle } from './roomHandle.js';

/** What became of one message. `pending`: it may yet be sent. */
export type Sent = 'pending' | 'sent' | 'acknowledged' | 'timed out' | 'rejected';

/** All messages that anybody sent, by event. */
export type SentMessages = Map<string, Sent>;

const TIMEOUT_MS = 5_000;
const TEXT = 'é text of a message. ';

/** Sends one message after another, as somebody who does not wait for answers. */
abstract class Speaker {
  #n = 0;
  readonly #pending = new Set<Promise<unknown>>();

  constructor(
    readonly name: string,
    protected readonly random: Random,
    private readonly pauseMs: number,
    private readonly sent: SentMessages,
    protected readonly outcomes: Counts,
  ) {}

  async speak(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      this.turn();
      await sleep(this.random.between(1, this.pauseMs));
    }
    await Promise.all(this.#pending);
  }

  protected abstract turn(): void;

  /** Keeps the books of a message while `send` sends it. */
  protected message(send: (event: string) => Promise<unknown>, ack: boolean): void {
    const event = eventName(this.name, (this.#n += 1));
    this.sent.set(event, 'pending');
    const done = send(event).then(
      () => {
        this.sent.set(event, ack ? 'acknowledged' : 'sent');
        add(this.outcomes, ack ? 'acknowledged' : 'sent');
      },
      (error: unknown) => {
        const code = error instanceof SwitchboardError ? error.code : `failed: ${String(error).slice(0, 60)}`;
        this.sent.set(event, code === 'SEND_TIMED_OUT' ? 'timed out' : 'rejected');
        add(this.outcomes, code);
      },
    );
    this.#pending.add(done);
    void done.then(() => this.#pending.delete(done));
  }

  /** One after another, for ways in which messages may overtake each other. */
  protected get isBusy(): boolean {
    return this.#pending.size > 0;
  }

  protected payload(): { text: string } {
    return { text: TEXT.repeat(this.random.between(1, 20)) };
  }
}

/** By `send` and `track` of a handle. */
export class HandleSpeaker extends Speaker {
  #cursor = 0;

  constructor(
    private readonly handle: RoomHandle,
    ...[random, pauseMs, sent, outcomes]: [Random, number, SentMessages, Counts]
  ) {
    super(handle.name, random, pauseMs, sent, outcomes);
  }

  protected turn(): void {
    const { channel, spec, isPrivate } = this.handle;
    const [dice, ack, persist, bytes] = [this.random.next(), this.random.chance(0.7), this.random.chance(0.3), 0.1];
    if (spec.tracks === true && dice < 0.05) this.handle.track();
    if (spec.speaks !== true) return;
    if (dice > 0.85) {
      void channel.send(CURSOR, { from: this.name, n: (this.#cursor += 1) }, { latest: true, everyMs: 50 });
      return;
    }
    const mayBe = isPrivate && spec.vsn2 === true;
    const options = { ack, timeoutMs: TIMEOUT_MS, ...(mayBe && persist ? { persist } : {}) };
    const payload = this.payload();
    const asBytes = mayBe && this.random.chance(bytes);
    this.message(
      (event) => channel.send(event, asBytes ? new TextEncoder().encode(payload.text) : payload, options),
      ack,
    );
  }
}

/** By `broadcast` of a manager, over HTTP. */
export class HttpSpeaker extends Speaker {
  constructor(
    name: string,
    private readonly manager: RealtimeManager,
    private readonly room: RoomName,
    ...rest: [Random, number, SentMessages, Counts]
  ) {
    super(name, ...rest);
  }

  protected turn(): void {
    if (this.isBusy) return;
    const options = { private: rooms[this.room].isPrivate, timeoutMs: TIMEOUT_MS };
    this.message((event) => this.manager.broadcast(this.room, event, this.payload(), options), true);
  }
}

/** By `realtime.send` in SQL. */
export class DatabaseSpeaker extends Speaker {
  constructor(
    name: string,
    private readonly db: Database,
    private readonly room: RoomName,
    ...rest: [Random, number, SentMessages, Counts]
  ) {
    super(name, ...rest);
  }

  protected turn(): void {
    if (this.isBusy) return;
    this.message((event) => sendInSql(this.db, this.room, event, this.payload()), false);
  }
}

export async function sendInSql(db: Database, room: RoomName, event: string, payload: object): Promise<void> {
  await db.query('select realtime.send($1, $2, $3, $4)', [payload, event, room, rooms[room].isPrivate]);
}
