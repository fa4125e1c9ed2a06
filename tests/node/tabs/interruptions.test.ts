import { beforeEach, describe, expect, it } from 'vitest';
import type {
  ChannelDelta,
  ChannelGap,
  Command,
  ControlMessage,
  EngineSink,
  SubscriptionDelta,
  SubscriptionSpec,
} from '../../../web/core/engine/engine.js';
import type { GapReport } from '../../../web/core/api/gap.js';
import { TabEngine } from '../../../web/core/tabs/tab/tabEngine.js';
import type { LineEvents } from '../../../web/core/tabs/tab/line.js';
import { fakeTime, tick } from '../support/fakeTime.js';
import { OPTIONS } from '../support/tabs/scriptedHub.js';

fakeTime();

/** A line whose core says what the test says. */
class ScriptedLine {
  readonly isShared = true;
  readonly commands: Command[] = [];

  constructor(readonly events: LineEvents) {}

  send(command: Command): void {
    this.commands.push(command);
  }

  check(): void {
    // Nobody doubts it.
  }

  close(): void {
    // Nobody looks.
  }

  say(control: ControlMessage): void {
    this.events.batch({ control, columnLists: [], deliveries: [] });
  }

  /** `text`: JSON of what comes for subscription 1. */
  deliver(changes: object | object[]): void {
    const kind = Array.isArray(changes) ? 'batch' : 'each';
    const text = JSON.stringify(changes);
    const delivery = { kind, subscribers: [1], count: 1, text } as const;
    this.events.batch({ control: null, columnLists: [], deliveries: [delivery] });
  }

  rows(state: 'live' | 'retrying', road: 'broadcast' | 'postgres_changes'): void {
    this.say({ status: { subscriptions: [{ ...at(state), id: 1, mode: 'live', road }] } });
  }

  channel(state: 'live' | 'retrying', channelGaps: ChannelGap[] = []): void {
    this.say({ status: { channels: [{ ...at(state), id: 1 }] }, channelGaps });
  }

  spec(): SubscriptionSpec | undefined {
    return this.commands.flatMap((command) => (command.kind === 'subscribe' ? command.spec : []))[0];
  }
}

let lines: ScriptedLine[];
let gaps: GapReport[];
let channelGaps: ChannelGap[];
let tab: TabEngine;

const line = (): ScriptedLine => lines[lines.length - 1] as ScriptedLine;

beforeEach(async () => {
  [lines, gaps, channelGaps] = [[], [], []];
  const connect: ConstructorParameters<typeof TabEngine>[2] = (_, events) => {
    const made = new ScriptedLine(events);
    lines.push(made);
    return Promise.resolve({ line: made, tabs: { carrier: 'worker', code: 'OK', message: '' } });
  };
  const sink: EngineSink = ({ control }) => {
    gaps.push(...(control?.gaps ?? []));
    channelGaps.push(...(control?.channelGaps ?? []));
  };
  tab = new TabEngine(OPTIONS, '', connect, sink, () => Promise.resolve(''));
  await tab.open(new AbortController().signal);
});

function at(state: 'live' | 'retrying'): Omit<SubscriptionDelta & ChannelDelta, 'id' | 'mode'> {
  const rest = { attempts: 0, nextRetryAt: null, code: 'OK', message: '', retryable: true } as const;
  return { state, since: Date.now(), ...rest };
}

/** The carrier goes; the tab takes the next. */
async function lose(): Promise<void> {
  line().events.lost('CONNECTION_LOST', 'The carrier is gone.');
  await tick();
}

const data = (number?: number, more: object = {}): object => ({
  data: {
    commit_timestamp: new Date().toISOString(),
    ...(number === undefined ? {} : { number, epoch: 'e' }),
    ...more,
  },
});

function subscribe(rest: Partial<SubscriptionSpec> = {}): void {
  tab.send({ kind: 'subscribe', id: 1, spec: { schema: 'public', table: 't', event: '*', ...rest } });
}

describe('numbered changes whose carrier goes while the connection is lost', () => {
  it('have a gap from when they went live, if none has come', async () => {
    subscribe();
    line().rows('live', 'broadcast');
    const since = Date.now();
    await tick(60_000);
    line().rows('retrying', 'broadcast');
    await tick(1_000);
    await lose();
    expect(gaps).toMatchObject([{ subscription: 1, from: since, fromCommit: null, to: null }]);
    // It is one interruption, however many carriers go.
    await lose();
    await tick(2_000);
    line().rows('live', 'broadcast');
    expect(gaps.slice(1)).toMatchObject([{ id: gaps[0]?.id, from: since, to: Date.now() }]);
    const again = Date.now();
    await tick(10_000);
    line().rows('retrying', 'broadcast');
    await lose();
    expect(gaps.slice(2)).toMatchObject([{ from: again, to: null }]);
  });

  it('have a gap from what came last without a number', async () => {
    subscribe();
    line().rows('live', 'postgres_changes');
    line().deliver(data());
    const commit = Date.now();
    line().rows('live', 'broadcast');
    await tick(5_000);
    line().rows('retrying', 'broadcast');
    await lose();
    expect(gaps).toMatchObject([{ fromCommit: new Date(commit).toISOString(), from: commit - 1_000, to: null }]);
  });

  it('continue after the number that came last, with no gap', async () => {
    subscribe();
    line().rows('live', 'broadcast');
    line().deliver(data(7));
    line().rows('retrying', 'broadcast');
    await lose();
    expect([gaps, line().spec()?.from]).toEqual([[], { epoch: 'e', number: 7 }]);
  });

  it('continue after the number that the application gave, until one has come', async () => {
    subscribe({ via: 'broadcast', from: { number: 3 } });
    line().rows('live', 'broadcast');
    await lose();
    expect([gaps, line().spec()?.from]).toEqual([[], { number: 3 }]);
    line().rows('live', 'broadcast');
    line().events.batch({
      control: null,
      columnLists: [],
      deliveries: [{ kind: 'notify', subscribers: [1], count: 2, text: '' }],
    });
    await lose();
    expect(gaps).toMatchObject([{ from: 0, to: null }]);
    expect(line().spec()).not.toHaveProperty('from');
  });

  it('have no gap before they were ever live, and none beside that of the core', async () => {
    subscribe();
    line().rows('retrying', 'broadcast');
    await lose();
    expect(gaps).toEqual([]);
    line().rows('live', 'postgres_changes');
    const gap = { id: 1, subscription: 1, code: 'CONNECTION_LOST', message: '', fromCommit: null, from: 5 } as const;
    line().rows('retrying', 'postgres_changes');
    line().say({ gaps: [{ ...gap, to: null }] });
    await lose();
    expect(gaps).toHaveLength(1);
    line().rows('live', 'postgres_changes');
    expect(gaps.slice(1)).toMatchObject([{ id: gaps[0]?.id, from: 5, to: Date.now() }]);
  });
});

describe('numbered changes in a window', () => {
  const cutting = [
    { mode: 'throttle', everyMs: 1_000 },
    { mode: 'batch', everyMs: 1_000, max: 2 },
    { mode: 'latest', everyMs: 1_000, key: ['id'], leading: true },
    { mode: 'debounce', waitMs: 1_000, leading: true },
  ] as const;

  it.each(cutting)('have a gap of the message of which a part may be held: $mode', async (delivery) => {
    subscribe({ delivery });
    line().rows('live', 'broadcast');
    line().deliver([data(6), data(7)]);
    await lose();
    expect(gaps).toMatchObject([{ subscription: 1, epoch: 'e', fromNumber: 7, toNumber: 7, to: null }]);
    expect(line().spec()?.from).toEqual({ epoch: 'e', number: 7 });
    line().rows('live', 'broadcast');
    expect(gaps.slice(1)).toMatchObject([{ id: gaps[0]?.id, fromNumber: 7, toNumber: 7, to: Date.now() }]);
    // Nothing has come since.
    await lose();
    expect(gaps).toHaveLength(2);
    line().rows('live', 'broadcast');
    line().deliver([data(8)]);
    await lose();
    expect(gaps.slice(2)).toMatchObject([{ fromNumber: 8, toNumber: 8 }]);
  });

  it('have none in a window that is handed over only when its time is over', async () => {
    subscribe({ delivery: { mode: 'batch', everyMs: 1_000 } });
    line().rows('live', 'broadcast');
    line().deliver([data(6), data(7)]);
    await lose();
    expect([gaps, line().spec()?.from]).toEqual([[], { epoch: 'e', number: 7 }]);
  });

  it('continue after the highest number of the newest epoch where rows are folded', async () => {
    subscribe({ delivery: { mode: 'latest', everyMs: 1_000, key: ['id'] } });
    line().rows('live', 'broadcast');
    const old = data(50, { epoch: 'old', commit_timestamp: '2001-01-01T00:00:00Z' });
    line().deliver([data(9), old, data(7)]);
    await lose();
    expect([gaps, line().spec()?.from]).toEqual([[], { epoch: 'e', number: 9 }]);
  });
});

describe('a channel whose carrier goes', () => {
  const replay = { since: 1 };
  const opened = (): object | undefined => line().commands.find(({ kind }) => kind === 'openChannel');
  const gapOf = (from: number): ChannelGap => ({
    channels: [1],
    code: 'HALF_OPEN',
    from,
    to: Date.now(),
    healed: true,
  });

  beforeEach(async () => {
    tab.send({ kind: 'openChannel', id: 1, spec: { name: 'room', private: true, replay } });
    line().channel('live');
    await tick(200_000);
  });

  it('while the connection is lost, has a gap from before that, and no replay', async () => {
    line().say({});
    await tick(20_000);
    const heardAt = Date.now() - 20_000;
    line().channel('retrying');
    await tick(30_000);
    await lose();
    expect(opened()).toMatchObject({ spec: { name: 'room' } });
    expect(opened()).not.toHaveProperty('spec.replay');
    await tick(5_000);
    line().channel('live');
    expect(channelGaps).toMatchObject([{ channels: [1], from: heardAt - 50_000, to: Date.now(), healed: false }]);
  });

  it('while its core waits for a replay, has the gap that the core had not reported', async () => {
    line().channel('retrying');
    await tick(100_000);
    line().channel('live');
    await tick(100);
    expect(channelGaps).toEqual([]);
    await lose();
    expect(opened()).not.toHaveProperty('spec.replay');
    line().channel('live');
    expect(channelGaps).toMatchObject([{ healed: false }]);
    expect(channelGaps[0]?.from).toBeLessThan(Date.now() - 100_000);
  });

  it('after its core has reported the gap, has one of its own from the last 50 s', async () => {
    line().channel('retrying');
    line().channel('live');
    await tick(100_000);
    line().say({ channelGaps: [gapOf(5)] });
    const heardAt = Date.now();
    await tick(100);
    await lose();
    line().channel('live');
    expect(channelGaps.slice(1)).toMatchObject([{ from: heardAt - 50_000, to: Date.now() }]);
    // What the next core lost and has reported is not reported again.
    line().channel('retrying');
    line().channel('live', [gapOf(6)]);
    await tick(200_000);
    line().channel('live');
    expect(channelGaps).toHaveLength(3);
  });

  it('has no gap before it was ever live, and its replay', async () => {
    tab.send({ kind: 'closeChannel', id: 1 });
    tab.send({ kind: 'openChannel', id: 1, spec: { name: 'room', private: true, replay } });
    line().channel('retrying');
    await lose();
    expect(opened()).toMatchObject({ spec: { replay } });
    line().channel('live');
    expect(channelGaps).toEqual([]);
  });
});
