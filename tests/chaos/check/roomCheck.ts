import type { ChannelGap } from 'switchboard-realtime';
import type { HeardBroadcast, RoomHandle } from '../clients/roomHandle.js';
import type { SentMessages } from '../clients/speakers.js';
import type { Aired } from '../world/airtime.js';
import { CURSOR, eventName, REPLAYED, senderOf } from '../world/rooms.js';

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
  /** Names of the handles whose channels have gone to another socket in the round. */
  interrupted: ReadonlySet<string>;
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
  /** Missing, sent by the same manager, and reported to the sender as failed, since the server did not answer in time. */
  withheld: number;
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
      withheld: 0,
      betweenReplayAndJoin: 0,
    };
    for (const broadcast of handle.heard) this.#judgeHeard(broadcast, book, verdict);
    for (const entry of aired) this.#judgeDue(entry, book, verdict);
    handle.heard = [];
    return verdict;
  }

  /** Whether something has not come that must. */
  lacks(aired: readonly Aired[], book: RoomBook): boolean {
    const heard = new Set(this.handle.heard.map(({ event }) => event));
    const has = ({ event }: Aired): boolean => heard.has(event) || this.#heard.has(event);
    return aired.some((entry) => this.#isDue(entry) && !has(entry) && this.#excuseOf(entry, book) === null);
  }

  #judgeHeard({ event, payload, replayed }: HeardBroadcast, book: RoomBook, verdict: RoomVerdict): void {
    const { problems } = verdict;
    if (replayed) verdict.replayed += 1;
    const isCursor = event === CURSOR;
    const { sender, n } = isCursor ? cursorOf(payload) : senderOf(event);
    if (!isCursor && !book.sent.has(event)) problems.push(`got ${event}, which nobody sent`);
    const isOwn = sender === this.handle.name && this.handle.spec.options?.self !== true;
    // What the server takes from a socket that the channel has left comes to all, its own manager too, and behind what came over the next socket.
    const hasMoved = book.interrupted.has(sender);
    const mayComeBack = hasMoved && this.#isOfManager(sender);
    if (isOwn && !mayComeBack) problems.push(`got ${event}, its own`);
    const key = isCursor ? `${sender} ${event}` : this.#orderOf(sender, event, book);
    const latest = this.#latest.get(key) ?? 0;
    const what = `${event} ${isCursor ? n : ''}${replayed ? ', replayed' : ''}`;
    const isTwice = isCursor ? n === latest : this.#heard.has(event);
    if (isTwice && !mayComeBack) problems.push(`got ${what} twice`);
    // What the server has kept, and did not pass on here when it was sent, comes late by a later replay.
    const isLate = replayed && (wasLost(book, event) || this.#isWithheld(event, book));
    const isAsSent = hasMoved && (isCursor || isTwice || wasAiredBehind(book, event, eventName(sender, latest)));
    if (n < latest && !isLate && !isAsSent) problems.push(`got ${what} after ${latest}`);
    if (!isCursor) this.#heard.add(event);
    this.#latest.set(key, Math.max(latest, n));
  }

  #judgeDue(entry: Aired, book: RoomBook, verdict: RoomVerdict): void {
    if (!this.#isDue(entry)) return;
    const { event, at } = entry;
    verdict.due += 1;
    if (book.sent.get(event) === 'acknowledged') verdict.acknowledged += 1;
    if (this.#heard.has(event)) return;
    const excuse = this.#excuseOf(entry, book);
    if (excuse !== null) {
      verdict[excuse] += 1;
      return;
    }
    const gaps = this.#gapsAt(at);
    const what = `${event} (${new Date(at).toISOString()}, ${book.sent.get(event) ?? ''})`;
    const why = gaps.length === 0 ? 'no gap covers' : `the replay after the gap ${JSON.stringify(gaps)} covers`;
    verdict.problems.push(`never got ${what}, which ${why}`);
  }

  #isDue({ event, at }: Aired): boolean {
    const { firstLiveAt, name, spec } = this.handle;
    if (event === CURSOR || firstLiveAt === null || at < firstLiveAt) return false;
    return senderOf(event).sender !== name || spec.options?.self === true;
  }

  /** Why it may be missing; null: it may not. */
  #excuseOf(entry: Aired, book: RoomBook): 'inGaps' | 'withheld' | 'betweenReplayAndJoin' | null {
    if (this.#isWithheld(entry.event, book)) return 'withheld';
    const gaps = this.#gapsAt(entry.at);
    if (gaps.length === 0) return null;
    // On a slow link the next gap begins before this one is over: what was on its way belongs to both.
    if (!gaps.every((gap) => this.#isCovered(entry, gap, book))) return 'inGaps';
    return book.isBetweenReplayAndJoin(entry.at) ? 'betweenReplayAndJoin' : null;
  }

  #gapsAt(at: number): ChannelGap[] {
    return this.handle.gaps.filter(({ from, to }) => at >= from.getTime() && at <= to.getTime());
  }

  /**
   * What comes in one order. Within a manager, whose name those of its handles begin with, messages that get an answer are passed on with it, and the
   * others at once: each of both are in order.
   */
  #orderOf(sender: string, event: string, book: RoomBook): string {
    return this.#isOfManager(sender) && book.sent.get(event) === 'sent' ? `${sender}, without an answer` : sender;
  }

  #isOfManager(sender: string): boolean {
    return sender.split(' ')[0] === this.handle.name.split(' ')[0];
  }

  /**
   * Within a manager a message is passed on with the server's answer. Where that did not come in time, its sender was notified that it failed, and the
   * other handles get it by a later replay or not at all.
   */
  #isWithheld(event: string, { sent }: RoomBook): boolean {
    return this.#isOfManager(senderOf(event).sender) && sent.get(event) === 'timed out';
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

/** Whether the server distributed it after the other one. */
function wasAiredBehind({ byEvent }: RoomBook, event: string, other: string): boolean {
  return (byEvent.get(event)?.place ?? 0) > (byEvent.get(other)?.place ?? Infinity);
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
