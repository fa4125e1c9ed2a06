import type { GapReport } from '../../api/gap.js';
import type { ReasonCode } from '../../api/reasons.js';
import type {
  ChannelGap,
  ControlMessage,
  StatusDelta,
  SubscriptionDelta,
  SubscriptionSpec,
} from '../../engine/engine.js';
import { cutsMessages, positionOf, type Position } from './position.js';
import type { WantedChannel, WantedRows, Wants } from './wants.js';

/** How much commit times may be out of order: as in the core, see src/subscription/continuity/gap_start.h. */
const DISORDER_MS = 1_000;

/** How long after the last answer to a heartbeat a core may still call a channel live; only the core knows when that was. */
const UNSURE_MS = 50_000;

type Missing = Omit<GapReport, 'id' | 'subscription' | 'code' | 'message' | 'to'>;

/** What the loss of a core costs a tab, and when that is over. The core that could say it is gone. */
export class Interruptions {
  readonly #wants: Wants;
  /** The highest id of a gap so far, and where the ids of the present core begin. */
  #lastGap = 0;
  #base = 0;
  #code: ReasonCode = 'CONNECTION_LOST';

  constructor(wants: Wants) {
    this.#wants = wants;
  }

  /** `heardAt`: Unix ms of the last batch. */
  lose(code: ReasonCode, message: string, heardAt: number): ControlMessage {
    const { rows, channels, pushes, flushes } = this.#wants;
    const now = Date.now();
    this.#code = code;
    const why = { code, message, nextRetryAt: null, retryable: true } as const;
    const state = { ...why, state: 'retrying', since: now, attempts: 0 } as const;
    const live = [...rows.values()].filter(({ status }) => status?.state === 'live');
    const gaps = this.#open(code, message);
    for (const each of rows.values()) {
      each.isOrphan = true;
      if (each.status?.state === 'live') each.status = { ...each.status, ...state, mode: 'paused' };
    }
    const lost = [...channels.values()].filter(({ status }) => status?.state === 'live');
    for (const channel of channels.values()) {
      channel.lostAt ??= lostAt(channel, heardAt);
      channel.isOrphan = channel.lostAt !== null;
    }
    for (const channel of lost) {
      if (channel.status !== null) channel.status = { ...channel.status, ...state };
    }
    const ended = [...pushes].map((id) => ({ id, outcome: 'lost', message }) as const);
    pushes.clear();
    const flushed = [...flushes].flatMap(([id, times]) => new Array<number>(times).fill(id));
    flushes.clear();
    return {
      status: {
        subscriptions: live.flatMap(({ status }) => status ?? []),
        channels: lost.flatMap(({ status }) => status ?? []),
      },
      notices: live.map(({ id }) => ({ subscription: id, status: 'CHANNEL_ERROR', ...why })),
      gaps,
      pushes: ended,
      flushed,
    };
  }

  /** The next core counts its gaps from the beginning. */
  restart(): void {
    this.#base = this.#lastGap;
  }

  /** What the core says, with what is over because it says so. `heardAt`: Unix ms of the batch before. */
  note(control: ControlMessage, heardAt: number): ControlMessage {
    const { gaps = [], channelGaps = [], status } = control;
    const reported = gaps.map((gap) => this.#noteGap({ ...gap, id: this.#base + gap.id }));
    const over = (status?.subscriptions ?? []).flatMap((delta) => this.#noteRows(delta));
    this.#noteChannelGaps(channelGaps);
    const overOfChannels = this.#noteChannels(status, heardAt);
    if (reported.length + over.length + overOfChannels.length === 0) return control;
    return { ...control, gaps: [...reported, ...over], channelGaps: [...channelGaps, ...overOfChannels] };
  }

  /** Numbered changes continue after the newest that came, so that none is missing; others from now on. */
  specOf(rows: WantedRows): SubscriptionSpec {
    const { spec, last } = rows;
    const { epoch, number } = continuesAfter(rows) ?? {};
    if (number !== undefined) return { ...spec, from: epoch === undefined ? { number } : { epoch, number } };
    if (spec.from === undefined || last === null) return spec;
    const whole = { ...spec };
    delete whole.from;
    return whole;
  }

  #open(code: ReasonCode, message: string): GapReport[] {
    const ids = new Map<string, number>();
    return [...this.#wants.rows.values()].flatMap((rows) => {
      const missing = missingOf(rows);
      if (missing === null) return [];
      const { schema, table, event, filter, select } = rows.spec;
      const { epoch, fromNumber } = missing;
      const key = JSON.stringify([schema, table, event, filter, select, epoch, fromNumber]);
      const id = ids.get(key) ?? (this.#lastGap += 1);
      ids.set(key, id);
      const gap: GapReport = { id, subscription: rows.id, code, message, ...missing, to: null };
      rows.gaps.set(id, gap);
      if (fromNumber === undefined) rows.liveSince = null;
      else rows.toldCut = rows.last;
      return [gap];
    });
  }

  #noteGap(gap: GapReport): GapReport {
    this.#lastGap = Math.max(this.#lastGap, gap.id);
    const rows = this.#wants.rows.get(gap.subscription);
    if (gap.to === null) rows?.gaps.set(gap.id, gap);
    else rows?.gaps.delete(gap.id);
    return gap;
  }

  #noteRows(delta: SubscriptionDelta): GapReport[] {
    const rows = this.#wants.rows.get(delta.id);
    if (rows === undefined) return [];
    rows.status = delta;
    // An outage is no gap for numbered changes: those of before may be missing still.
    if (delta.state === 'live' && (rows.liveSince === null || delta.road !== 'broadcast')) rows.liveSince = delta.since;
    if (!rows.isOrphan || delta.state !== 'live') return [];
    rows.isOrphan = false;
    const gaps = [...rows.gaps.values()].filter(({ id }) => id <= this.#base);
    for (const { id } of gaps) rows.gaps.delete(id);
    return gaps.map((gap) => ({ ...gap, to: Math.max(Date.now(), gap.from + DISORDER_MS) }));
  }

  /** The core reports a gap when it is over. */
  #noteChannelGaps(gaps: readonly ChannelGap[]): void {
    for (const channel of gaps.flatMap(({ channels }) => channels.map((id) => this.#wants.channels.get(id)))) {
      if (channel?.isOrphan === false) channel.lostAt = null;
    }
  }

  #noteChannels(status: StatusDelta | undefined, heardAt: number): ChannelGap[] {
    return (status?.channels ?? []).flatMap((delta) => {
      const channel = this.#wants.channels.get(delta.id);
      if (channel === undefined) return [];
      channel.status = delta;
      if (delta.state !== 'live') {
        channel.lostAt ??= lostAt(channel, Math.min(heardAt, delta.since));
        return [];
      }
      channel.liveSince = delta.since;
      const from = channel.lostAt;
      if (!channel.isOrphan || from === null) return [];
      channel.lostAt = null;
      channel.isOrphan = false;
      return [{ channels: [delta.id], code: this.#code, from, to: Date.now(), healed: false }];
    });
  }
}

/** Since when broadcasts may have been missed; null where it was never live. */
function lostAt({ liveSince }: WantedChannel, heardAt: number): number | null {
  return liveSince === null ? null : Math.max(liveSince, heardAt - UNSURE_MS);
}

/** By what number the next core continues. */
function continuesAfter({ spec, last, status }: WantedRows): Position | null {
  const position = status?.road === 'broadcast' ? positionOf(last, spec.delivery) : null;
  return position?.number === undefined ? null : position;
}

/** What a loss of the line costs, as far as no gap tells it yet. */
function missingOf(rows: WantedRows): Missing | null {
  const { spec, last, status, gaps, liveSince, toldCut } = rows;
  const { epoch, number } = continuesAfter(rows) ?? {};
  if (number !== undefined) {
    if (!cutsMessages(spec.delivery) || last === toldCut) return null;
    const numbers = { fromNumber: number, toNumber: number };
    return { ...startOf(rows, 0), ...(epoch === undefined ? {} : { epoch }), ...numbers };
  }
  // Nothing is missing of what continues by its own `from`.
  const continues = spec.from !== undefined && last === null && status?.road === 'broadcast';
  if (liveSince === null || continues) return null;
  // What the core has lost by itself is in a gap already, but for numbered changes.
  return status?.state === 'live' || gaps.size === 0 ? startOf(rows, liveSince) : null;
}

function startOf({ spec, last }: WantedRows, liveSince: number): Pick<GapReport, 'from' | 'fromCommit'> {
  const commit = positionOf(last, spec.delivery)?.commit ?? '';
  const at = Date.parse(commit);
  if (!Number.isNaN(at)) return { fromCommit: commit, from: at - DISORDER_MS };
  // What continues with `from` may have been committed long before.
  return { fromCommit: null, from: spec.from === undefined ? liveSince : 0 };
}
