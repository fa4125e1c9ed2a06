import type { ChannelGap } from 'switchboard-realtime';
import type { HeardBroadcast, RoomHandle } from '../clients/roomHandle.js';
import type { SentMessages } from '../clients/speakers.js';
import type { Aired } from '../world/airtime.js';
import { CURSOR, REPLAYED, senderOf } from '../world/rooms.js';

/** A message that the database has, and so may be replayed. */
export interface Stored {
  event: string;
  /** Unix ms at which it was inserted. */
  at: number;
}

/** What is known of the messages of one room besides what its handles heard. */
export interface RoomBook {
  sent: SentMessages;
  byEvent: ReadonlyMap<string, Aired>;
  /** By time. */
  stored: readonly Stored[];
  isBetweenReplayAndJoin: (at: number) => boolean;
}

/** What a round was like for one handle. */
export interface RoomVerdict {
  problems: string[];
  /** Messages that the server distributed while it was open, and that were not its own. */
  due: number;
  /** Of those, the ones whose senders got the server's acknowledgement. */
  acknowledged: number;
  /** Came by replay. */
  replayed: number;
  /** Missing, inside a reported gap, and such that no replay covers them. */
  inGaps: number;
  /** Missing, and distributed between a join's replay and the join: the server loses those. */
  betweenReplayAndJoin: number;
}

/** After so long an interruption is another one: the replay of the one before is over. */
const REPLAY_OVER_MS = 3_000;

/** Compares what a handle received with what the server distributed. */
export class RoomCheck {
  readonly #heard = new Set<string>();
  /** The latest message of each sender. */
  readonly #latest = new Map<string, number>();

  constructor(
    private readonly handle: Pick<RoomHandle, 'name' | 'isPrivate' | 'firstLiveAt' | 'heard' | 'gaps' | 'spec'>,
  ) {}

  /** `aired`: all that the server distributed in the round in this room. Empties the handle's book. */
  judge(aired: readonly Aired[], book: RoomBook): RoomVerdict {
    const { handle } = this;
    const verdict: RoomVerdict = {
      problems: [],
      due: 0,
      acknowledged: 0,
      replayed: 0,
      inGaps: 0,
      betweenReplayAndJoin: 0,
    };
    for (const broadcast of handle.heard) this.#judgeHeard(broadcast, book, verdict);
    for (const entry of aired) this.#judgeDue(entry, book, verdict);
    handle.heard = [];
    return verdict;
  }

  #judgeHeard({ event, payload, replayed }: HeardBroadcast, book: RoomBook, verdict: RoomVerdict): void {
    const { problems } = verdict;
    if (replayed) verdict.replayed += 1;
    const isCursor = event === CURSOR;
    const { sender, n } = isCursor ? cursorOf(payload) : senderOf(event);
    if (!isCursor && !book.sent.has(event)) problems.push(`got ${event}, which nobody sent`);
    if (sender === this.handle.name && this.handle.spec.options?.self !== true) problems.push(`got ${event}, its own`);
    const key = isCursor ? `${sender} ${event}` : this.#orderOf(sender, event, book);
    const latest = this.#latest.get(key) ?? 0;
    const what = `${event} ${isCursor ? n : ''}${replayed ? ', replayed' : ''}`;
    if (isCursor ? n === latest : this.#heard.has(event)) problems.push(`got ${what} twice`);
    // What the server has kept, and lost on its way to the clients, comes late by a later replay.
    else if (n < latest && (!replayed || !wasLost(book, event))) problems.push(`got ${what} after ${latest}`);
    if (!isCursor) this.#heard.add(event);
    this.#latest.set(key, Math.max(latest, n));
  }

  #judgeDue(entry: Aired, book: RoomBook, verdict: RoomVerdict): void {
    const { event, at } = entry;
    const { firstLiveAt, name, spec } = this.handle;
    if (event === CURSOR || firstLiveAt === null || at < firstLiveAt) return;
    if (senderOf(event).sender === name && spec.options?.self !== true) return;
    verdict.due += 1;
    if (book.sent.get(event) === 'acknowledged') verdict.acknowledged += 1;
    if (this.#heard.has(event)) return;
    const gaps = this.handle.gaps.filter(({ from, to }) => at >= from.getTime() && at <= to.getTime());
    const what = `${event} (${new Date(at).toISOString()}, ${book.sent.get(event) ?? ''})`;
    // On a slow link the next gap begins before this one is over: what was on its way belongs to both.
    const isCovered = gaps.every((gap) => this.#isCovered(entry, gap, book));
    if (gaps.length === 0) verdict.problems.push(`never got ${what}, which no gap covers`);
    else if (!isCovered) verdict.inGaps += 1;
    else if (book.isBetweenReplayAndJoin(at)) verdict.betweenReplayAndJoin += 1;
    else verdict.problems.push(`never got ${what}, which the replay after the gap ${JSON.stringify(gaps)} covers`);
  }

  /**
   * What comes in one order. Within a manager, whose name those of its handles begin with, messages that get an answer are passed on with it, and the
   * others at once: each of both are in order.
   */
  #orderOf(sender: string, event: string, book: RoomBook): string {
    const isOwnManager = sender.split(' ')[0] === this.handle.name.split(' ')[0];
    return isOwnManager && book.sent.get(event) === 'sent' ? `${sender}, without an answer` : sender;
  }

  /** Whether it must have come by the replay after the gap. */
  #isCovered({ event }: Aired, gap: ChannelGap, { stored }: RoomBook): boolean {
    if (!this.handle.isPrivate) return false;
    const message = stored.find((each) => each.event === event);
    if (message === undefined) return false;
    if (gap.healed) return true;
    const end = this.#endOf(gap);
    return stored.filter(({ at }) => at >= message.at && at <= end).length <= REPLAYED;
  }

  /** When it was joined for good: a replay that is interrupted is followed by another. */
  #endOf(gap: ChannelGap): number {
    let end = gap.to.getTime();
    for (const { from, to } of this.handle.gaps) {
      if (from.getTime() <= end + REPLAY_OVER_MS) end = Math.max(end, to.getTime());
    }
    return end;
  }
}

/** Whether the server never distributed it, or not to a channel that was about to join. */
function wasLost({ byEvent, isBetweenReplayAndJoin }: RoomBook, event: string): boolean {
  const aired = byEvent.get(event);
  return aired === undefined || isBetweenReplayAndJoin(aired.at);
}

function cursorOf(payload: unknown): { sender: string; n: number } {
  const { from, n } = payload as { from: string; n: number };
  return { sender: from, n };
}
