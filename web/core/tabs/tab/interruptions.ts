import type { GapReport } from '../../api/gap.js';
import type { ReasonCode } from '../../api/reasons.js';
import type {
  ChangeDelivery,
  ChannelGap,
  ControlMessage,
  StatusDelta,
  SubscriptionDelta,
  SubscriptionSpec,
} from '../../engine/engine.js';
import type { WantedRows, Wants } from './wants.js';

/** How much commit times may be out of order: as in the core, see src/subscription/continuity/gap_start.h. */
const DISORDER_MS = 1_000;

/** Where a subscription stands, by the newest change that came. */
interface Position {
  readonly commit: string;
  readonly epoch?: string;
  readonly number?: number;
}

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

  /** `heardAt`: Unix ms of the last sign of life. */
  lose(code: ReasonCode, message: string, heardAt: number): ControlMessage {
    const { rows, channels, pushes, flushes } = this.#wants;
    const now = Date.now();
    this.#code = code;
    const why = { code, message, nextRetryAt: null, retryable: true } as const;
    const state = { ...why, state: 'retrying', since: now, attempts: 0 } as const;
    const live = [...rows.values()].filter(({ status }) => status?.state === 'live');
    const gaps = this.#open(live, code, message);
    for (const each of rows.values()) {
      each.isOrphan = true;
      if (each.status?.state === 'live') each.status = { ...each.status, ...state, mode: 'paused' };
    }
    const lost = [...channels.values()].filter(({ status }) => status?.state === 'live');
    for (const channel of lost) {
      channel.lostAt ??= heardAt;
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

  /** What the core says, with what is over because it says so. */
  note(control: ControlMessage): ControlMessage {
    const { gaps = [], channelGaps = [], status } = control;
    const reported = gaps.map((gap) => this.#noteGap({ ...gap, id: this.#base + gap.id }));
    const over = (status?.subscriptions ?? []).flatMap((delta) => this.#noteRows(delta));
    const overOfChannels = this.#noteChannels(status);
    if (reported.length + over.length + overOfChannels.length === 0) return control;
    return { ...control, gaps: [...reported, ...over], channelGaps: [...channelGaps, ...overOfChannels] };
  }

  /** Numbered changes continue after the newest that came, so that none is missing; for others it is the spec itself. */
  specOf({ spec, last, status }: WantedRows): SubscriptionSpec {
    if (status?.road !== 'broadcast') return spec;
    const { epoch, number } = positionOf(last) ?? {};
    if (number === undefined) return spec;
    return { ...spec, from: epoch === undefined ? { number } : { epoch, number } };
  }

  #open(live: readonly WantedRows[], code: ReasonCode, message: string): GapReport[] {
    const ids = new Map<string, number>();
    return live.flatMap((rows) => {
      // Nothing is missing of what continues by its number.
      if (this.specOf(rows) !== rows.spec) return [];
      const { schema, table, event, filter, select } = rows.spec;
      const key = JSON.stringify([schema, table, event, filter, select]);
      const id = ids.get(key) ?? (this.#lastGap += 1);
      ids.set(key, id);
      const gap: GapReport = { id, subscription: rows.id, code, message, ...startOf(rows), to: null };
      rows.gaps.set(id, gap);
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
    if (!rows.isOrphan || delta.state !== 'live') return [];
    rows.isOrphan = false;
    const gaps = [...rows.gaps.values()].filter(({ id }) => id <= this.#base);
    for (const { id } of gaps) rows.gaps.delete(id);
    return gaps.map((gap) => ({ ...gap, to: Math.max(Date.now(), gap.from + DISORDER_MS) }));
  }

  #noteChannels(status: StatusDelta | undefined): ChannelGap[] {
    return (status?.channels ?? []).flatMap((delta) => {
      const channel = this.#wants.channels.get(delta.id);
      if (channel === undefined) return [];
      channel.status = delta;
      const from = channel.lostAt;
      if (from === null || delta.state !== 'live') return [];
      channel.lostAt = null;
      return [{ channels: [delta.id], code: this.#code, from, to: Date.now(), healed: false }];
    });
  }
}

function startOf({ last, status }: WantedRows): Pick<GapReport, 'from' | 'fromCommit'> {
  const commit = positionOf(last)?.commit ?? '';
  const at = Date.parse(commit);
  if (!Number.isNaN(at)) return { fromCommit: commit, from: at - DISORDER_MS };
  return { fromCommit: null, from: status?.since ?? Date.now() };
}

/** Null when there is none, or it can't be read. */
function positionOf(delivery: ChangeDelivery | null): Position | null {
  if (delivery === null || delivery.text === '') return null;
  try {
    const parsed = JSON.parse(delivery.text) as { data?: Data } | { data?: Data }[];
    const { data } = (Array.isArray(parsed) ? parsed[parsed.length - 1] : parsed) ?? {};
    if (data === undefined) return null;
    const { commit_timestamp: commit = '', epoch, number } = data;
    return { commit, ...(epoch === undefined ? {} : { epoch }), ...(number === undefined ? {} : { number }) };
  } catch {
    return null;
  }
}

interface Data {
  commit_timestamp?: string;
  epoch?: string;
  number?: number;
}
