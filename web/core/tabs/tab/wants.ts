import type { GapReport } from '../../api/gap.js';
import type {
  ChangeDelivery,
  ChannelDelta,
  ChannelSpec,
  Command,
  LifecycleEvent,
  SubscriptionDelta,
  SubscriptionSpec,
} from '../../engine/engine.js';

/** A subscription of this tab. */
export interface WantedRows {
  readonly id: number;
  readonly spec: SubscriptionSpec;
  paused: boolean;
  status: SubscriptionDelta | null;
  /** The newest that came. */
  last: ChangeDelivery | null;
  /** The gaps that are open, by id. */
  readonly gaps: Map<number, GapReport>;
  /** Unix ms: after this nothing has been missed without a gap. Null while nothing may have been missed, or a gap that the loss of a line opened goes on. */
  liveSince: number | null;
  /** The delivery whose newest message was reported as a gap, because a window may have held a part of it. */
  toldCut: ChangeDelivery | null;
  /** Its line was lost since it was live the last time, so nobody else will say that `gaps` are over. */
  isOrphan: boolean;
}

/** A handle of a channel of this tab. */
export interface WantedChannel {
  readonly id: number;
  readonly spec: ChannelSpec;
  presence: boolean;
  tracked: string | null;
  status: ChannelDelta | null;
  /** Unix ms: when it was live the last time, since when. Null: it never was. */
  liveSince: number | null;
  /** Unix ms: since when broadcasts may have been missed, and nobody has reported it. Null: none. */
  lostAt: number | null;
  /** Its line was lost since it was live the last time, so nobody else will report what was missed. */
  isOrphan: boolean;
}

/** All that a tab wants of a core, so that another core can take the place of a lost one. */
export class Wants {
  readonly rows = new Map<number, WantedRows>();
  readonly channels = new Map<number, WantedChannel>();
  /** What the application has set; empty: nothing. */
  token = '';
  /** How often the windows of a subscription are to be flushed and have not been. */
  readonly flushes = new Map<number, number>();
  /** Without an outcome. */
  readonly pushes = new Set<number>();
  readonly #page = new Map<string, LifecycleEvent>();

  note(command: Command): void {
    switch (command.kind) {
      case 'subscribe': {
        const { id, spec } = command;
        const at = { status: null, last: null, gaps: new Map<number, GapReport>(), liveSince: null, toldCut: null };
        this.rows.set(id, { id, spec, paused: false, isOrphan: false, ...at });
        break;
      }
      case 'unsubscribe':
        // Not its flushes: somebody may wait for their answer.
        this.rows.delete(command.id);
        break;
      case 'unsubscribeAll':
        this.rows.clear();
        break;
      case 'pause':
      case 'resume': {
        const rows = this.rows.get(command.id);
        if (rows !== undefined) rows.paused = command.kind === 'pause';
        break;
      }
      case 'flush':
        this.flushes.set(command.id, (this.flushes.get(command.id) ?? 0) + 1);
        break;
      case 'push':
        if (command.everyMs === null) this.pushes.add(command.id);
        break;
      case 'notify':
        this.#notePage(command.event);
        break;
      default:
        this.#noteChannel(command);
    }
  }

  flushed(id: number): void {
    const left = (this.flushes.get(id) ?? 1) - 1;
    if (left > 0) this.flushes.set(id, left);
    else this.flushes.delete(id);
  }

  /** What brings a new core up to date. `specOf`: what to subscribe to in place of a subscription's own spec. */
  *replay(specOf: (rows: WantedRows) => SubscriptionSpec): Generator<Command> {
    for (const event of this.#page.values()) yield { kind: 'notify', event };
    if (this.token !== '') yield { kind: 'provideToken', request: 0, token: this.token };
    for (const rows of this.rows.values()) {
      yield { kind: 'subscribe', id: rows.id, spec: specOf(rows) };
      if (rows.paused) yield { kind: 'pause', id: rows.id };
    }
    for (const { id, spec, presence, tracked, lostAt } of this.channels.values()) {
      yield { kind: 'openChannel', id, spec: reopened(spec, presence, lostAt !== null) };
      if (tracked !== null) yield { kind: 'track', channel: id, payload: tracked };
    }
  }

  #notePage(event: LifecycleEvent): void {
    // What a page is in as long as nothing is said of it needs no mention.
    if (event === 'hidden' || event === 'offline' || event === 'savedata') this.#page.set(event, event);
    else if (event === 'visible') this.#page.delete('hidden');
    else if (event === 'online') this.#page.delete('offline');
    else if (event === 'fulldata') this.#page.delete('savedata');
  }

  #noteChannel(command: Command): void {
    if (command.kind === 'openChannel') {
      const { id, spec } = command;
      const presence = spec.presence === true;
      const at = { status: null, liveSince: null, lostAt: null, isOrphan: false };
      this.channels.set(id, { id, spec, presence, tracked: null, ...at });
    } else if (command.kind === 'closeChannel') {
      this.channels.delete(command.id);
    } else if (command.kind === 'watchPresence') {
      const channel = this.channels.get(command.id);
      if (channel !== undefined) channel.presence = true;
    } else if (command.kind === 'track' || command.kind === 'untrack') {
      const channel = this.channels.get(command.channel);
      if (channel !== undefined) channel.tracked = command.kind === 'track' ? command.payload : null;
    }
  }
}

/** A replay would bring again what has come already. */
function reopened({ replay, ...spec }: ChannelSpec, presence: boolean, isAgain: boolean): ChannelSpec {
  const whole: ChannelSpec = presence ? { ...spec, presence: true } : spec;
  return replay === undefined || isAgain ? whole : { ...whole, replay };
}
