import type { ChannelGap } from 'switchboard-realtime';
import { describe, expect, it } from 'vitest';
import { checkPresence } from '../../chaos/check/presenceCheck.js';
import { RoomCheck, type RoomBook, type RoomVerdict } from '../../chaos/check/roomCheck.js';
import type { HeardBroadcast, RoomHandle } from '../../chaos/clients/roomHandle.js';
import type { Sent } from '../../chaos/clients/speakers.js';
import { Airtime, type Aired } from '../../chaos/world/airtime.js';
import type { Present } from '../../chaos/world/presenceWitness.js';

const BEGUN = 1_790_000_000_000;

/** Broadcasts that the server distributed, a second apart. */
function aired(...events: string[]): Aired[] {
  return events.map((event, place) => ({ place, at: BEGUN + place * 1_000, room: 'public lobby', event }));
}

function gap(from: number, to: number, healed = false): ChannelGap {
  return { from: new Date(BEGUN + from), to: new Date(BEGUN + to), code: 'CONNECTION_LOST', healed };
}

interface Round {
  heard: (string | HeardBroadcast)[];
  gaps?: ChannelGap[];
  isPrivate?: boolean;
  self?: boolean;
  /** Events that the database has. */
  stored?: string[];
  sent?: Sent;
  deaf?: boolean;
  interrupted?: string[];
}

function setUp(all: Aired[], round: Round): { check: RoomCheck; book: RoomBook } {
  const {
    heard,
    gaps = [],
    isPrivate = false,
    self = false,
    stored = [],
    sent = 'acknowledged',
    deaf = false,
    interrupted = [],
  } = round;
  const check = new RoomCheck({
    ...{ name: 'me', isPrivate, firstLiveAt: BEGUN, gaps },
    spec: { name: 'me', room: isPrivate ? 'vault' : 'lobby', options: { self } },
    heard: heard.map((each) => (typeof each === 'string' ? { event: each, payload: {}, replayed: false } : each)),
  });
  const book: RoomBook = {
    sent: new Map(all.map(({ event }) => [event, sent])),
    byEvent: new Map(all.map((entry) => [entry.event, entry])),
    stored: all.filter(({ event }) => stored.includes(event)),
    isBetweenReplayAndJoin: () => deaf,
    interrupted: new Set(interrupted),
  };
  return { check, book };
}

function judge(all: Aired[], round: Round): RoomVerdict {
  const { check, book } = setUp(all, round);
  return check.judge(all, book);
}

function problemsOf(all: Aired[], round: Round): string[] {
  return judge(all, round).problems;
}

describe('the check of broadcasts in the chaos test', () => {
  const all = aired('ann:1', 'me:1', 'ann:2', 'ben:1');

  it('has nothing to say when each came once and in order, but for its own', () => {
    expect(judge(all, { heard: ['ann:1', 'ann:2', 'ben:1'] })).toMatchObject({ problems: [], due: 3, acknowledged: 3 });
  });

  it('finds a broadcast that never came', () => {
    const problems = problemsOf(all, { heard: ['ann:1', 'ben:1'] });
    expect(problems).toEqual([expect.stringMatching(/^never got ann:2 \(.*, acknowledged\), which no gap covers$/)]);
  });

  it('lets one be missed inside a gap, and not beside it', () => {
    const heard = ['ann:1', 'ben:1'];
    expect(judge(all, { heard, gaps: [gap(2_000, 2_000)] })).toMatchObject({ problems: [], inGaps: 1 });
    expect(problemsOf(all, { heard, gaps: [gap(2_001, 9_000)] })).toHaveLength(1);
    expect(problemsOf(all, { heard, gaps: [gap(0, 1_999)] })).toHaveLength(1);
  });

  it('finds one that came twice, its own, and what nobody sent', () => {
    const problems = problemsOf(all, { heard: ['ann:1', 'ann:1', 'me:1', 'ann:2', 'ben:1', 'eve:1'] });
    expect(problems).toEqual(['got ann:1  twice', 'got me:1, its own', 'got eve:1, which nobody sent']);
    expect(problemsOf(all, { heard: ['ann:1', 'me:1', 'ann:2', 'ben:1'], self: true })).toEqual([]);
    expect(problemsOf(all, { heard: ['ann:1', 'ann:2', 'ben:1'], self: true })).toEqual([
      expect.stringMatching(/^never got me:1/),
    ]);
  });

  it('finds disorder of one sender, also of what only the newest counts', () => {
    expect(problemsOf(all, { heard: ['ann:2', 'ben:1', 'ann:1'] })).toEqual(['got ann:1  after 2']);
    const cursor = (n: number): HeardBroadcast => ({ event: 'cursor', payload: { from: 'ann', n }, replayed: false });
    expect(problemsOf([], { heard: [cursor(1), cursor(4)] })).toEqual([]);
    expect(problemsOf([], { heard: [cursor(4), cursor(4)] })).toEqual(['got cursor 4 twice']);
    expect(problemsOf([], { heard: [cursor(4), cursor(1)] })).toEqual(['got cursor 1 after 4']);
  });

  it('lets a handle miss what its manager sent without an answer in time, and get it late by replay', () => {
    const ours = aired('me 2:1', 'me 2:2');
    const late = { heard: ['me 2:2', { event: 'me 2:1', payload: {}, replayed: true }], isPrivate: true };
    const missed: Round = { heard: ['me 2:2'], sent: 'timed out' };
    expect(judge(ours, missed)).toMatchObject({ problems: [], withheld: 1 });
    const healed = { ...missed, gaps: [gap(0, 500, true)], isPrivate: true, stored: ['me 2:1'] };
    expect(judge(ours, healed)).toMatchObject({ problems: [], withheld: 1 });
    expect(problemsOf(ours, { ...late, sent: 'timed out' })).toEqual([]);
    expect(problemsOf(ours, { heard: ['me 2:2'], sent: 'rejected' })).toHaveLength(1);
    expect(problemsOf(ours, late)).toEqual(['got me 2:1 , replayed after 2']);
    expect(problemsOf(aired('ann:1', 'ann:2'), { heard: ['ann:2'], sent: 'timed out' })).toHaveLength(1);
  });

  it('takes what the server got late from a socket that its sender has left, in the order of the server', () => {
    const late = aired('ann:2', 'ann:1');
    const round = { heard: ['ann:2', 'ann:1'] };
    expect(problemsOf(late, round)).toEqual(['got ann:1  after 2']);
    expect(problemsOf(late, { ...round, interrupted: ['ann'] })).toEqual([]);
    expect(problemsOf(aired('ann:1', 'ann:2'), { ...round, interrupted: ['ann'] })).toEqual(['got ann:1  after 2']);
    const twice = { heard: ['me 2:1', 'me 2:1', 'me:1'] };
    const ours = aired('me 2:1', 'me:1');
    expect(problemsOf(ours, { ...twice, interrupted: ['me 2', 'me'] })).toEqual([]);
    expect(problemsOf(ours, twice)).toEqual(['got me 2:1  twice', 'got me:1, its own']);
    expect(problemsOf(late, { heard: ['ann:2', 'ann:1', 'ann:1'], interrupted: ['ann'] })).toEqual([
      'got ann:1  twice',
    ]);
  });

  it('knows what may still come, until it has come or need not', () => {
    const { check, book } = setUp(all, { heard: ['ann:1', 'ben:1'] });
    expect(check.lacks(all, book)).toBe(true);
    for (const round of [{ heard: ['ann:1', 'ann:2', 'ben:1'] }, { heard: ['ben:1'], gaps: [gap(0, 2_000)] }]) {
      const { check: other, book: its } = setUp(all, round);
      expect(other.lacks(all, its)).toBe(false);
    }
  });

  describe('on private channels', () => {
    const many = aired(...Array.from({ length: 30 }, (_, i) => `ann:${i + 1}`));
    const events = many.map(({ event }) => event);
    const [missed, rest] = [events[10] ?? '', events.filter((_, i) => i !== 10)];
    const gaps = [gap(9_000, 15_500)];

    it('wants what a replay covers, and lets be missed what the database does not have', () => {
      const round = { heard: rest, gaps, isPrivate: true };
      expect(problemsOf(many, { ...round, stored: events })).toEqual([
        expect.stringMatching(/^never got ann:11 .* which the replay after the gap .* covers$/),
      ]);
      expect(judge(many, { ...round, stored: rest })).toMatchObject({ problems: [], inGaps: 1 });
    });

    it('lets be missed what is not among the 25 newest of the replay, unless the gap is called healed', () => {
      const long = { heard: events.slice(4), isPrivate: true, stored: events };
      const from = [gap(0, 29_500)];
      expect(judge(many, { ...long, gaps: from })).toMatchObject({ problems: [], inGaps: 4 });
      expect(problemsOf(many, { ...long, gaps: [gap(0, 29_500, true)] })).toHaveLength(4);
      expect(problemsOf(many, { ...long, heard: events.slice(6), gaps: from })).toEqual([
        expect.stringMatching(/^never got ann:6 /),
      ]);
    });

    it('wants what the replay after the last of several interruptions covers', () => {
      const cut = [gap(9_000, 11_000), gap(12_000, 29_500)];
      const round = { heard: [...rest], isPrivate: true, stored: events, gaps: cut };
      expect(problemsOf(many, round)).toHaveLength(1);
      const early = { ...round, heard: events.slice(4), gaps: [gap(0, 11_000), gap(12_000, 29_500)] };
      expect(judge(many, early)).toMatchObject({ problems: [], inGaps: 4 });
    });

    it('counts apart what the server loses between its replay and the join', () => {
      const round = { heard: rest, gaps, isPrivate: true, stored: events, deaf: true };
      expect(judge(many, round)).toMatchObject({ problems: [], betweenReplayAndJoin: 1 });
      expect(problemsOf(many, { ...round, gaps: [] })).toHaveLength(1);
      expect(missed).toBe('ann:11');
    });

    it('takes what was lost on the way from the database when it comes late by replay, and nothing else', () => {
      const late = { event: 'ann:1', payload: {}, replayed: true };
      const [, ...others] = many;
      const lost = { heard: [...events.slice(1), late], isPrivate: true };
      const book = judge(others, lost).problems;
      expect(book).toEqual(['got ann:1, which nobody sent']);
      expect(problemsOf(many, lost)).toEqual(['got ann:1 , replayed after 30']);
    });
  });
});

describe('the check of presence in the chaos test', () => {
  interface Place {
    key: string;
    shows: Record<string, object[]>;
    tracked?: number;
  }

  function handle(name: string, { key, shows, tracked }: Place): RoomHandle {
    return {
      name,
      watchesPresence: true,
      tracked: tracked === undefined ? null : { who: name, n: tracked },
      trackedAt: tracked ?? 0,
      channel: {
        status: () => ({ presenceKey: key }),
        presence: () => Object.entries(shows).map(([each, payloads]) => ({ key: each, payloads })),
      },
    } as unknown as RoomHandle;
  }

  const ann = { n: 2, who: 'ann' };
  const server = (payload: object): (() => Promise<Present>) => {
    return () => Promise.resolve(new Map([['a', [JSON.stringify(payload)]]]));
  };

  it('has nothing to say when the server, the handles and the application agree', async () => {
    const handles = [
      handle('ann', { key: 'a', shows: { a: [ann] }, tracked: 2 }),
      handle('ben', { key: 'a', shows: { a: [ann] }, tracked: 1 }),
    ];
    expect(await checkPresence(handles, server(ann), 0)).toEqual([]);
  });

  it('finds what a handle shows and the server does not have, and what was tracked and never came there', async () => {
    const handles = [
      handle('ann', { key: 'a', shows: { a: [ann] }, tracked: 2 }),
      handle('eve', { key: 'e', shows: {} }),
    ];
    expect(await checkPresence(handles, server(ann), 0)).toEqual([
      expect.stringMatching(/^eve shows , and the server/),
    ]);
    expect(await checkPresence(handles.slice(0, 1), server({ n: 1, who: 'ann' }), 0)).toEqual([
      expect.stringMatching(/^the server has a .*"n":1.*, and a .*"n":2.* was tracked$/),
      expect.stringMatching(/^ann shows /),
    ]);
  });
});

describe('the account of the server in the chaos test', () => {
  it('counts the presence calls of each join of a connection within a time', () => {
    const airtime = new Airtime();
    for (let n = 0; n < 6; n += 1) airtime.heard('presence call on realtime:lobby, join 2 of connection 7');
    for (let n = 0; n < 5; n += 1) airtime.heard('presence call on realtime:lobby, join 3 of connection 7');
    expect(airtime.mostCallsWithin(30_000)).toEqual({ count: 6, channel: 'realtime:lobby, join 2 of connection 7' });
    airtime.forgetCallsBefore(Date.now() + 1);
    expect(airtime.mostCallsWithin(30_000).count).toBe(0);
    expect(airtime.callCount).toBe(11);
  });

  it('knows broadcasts by room and event, and when a channel was between its replay and its join', () => {
    const airtime = new Airtime();
    airtime.heard('broadcast on private vault: ann:1');
    expect(airtime.byEvent.get('ann:1')).toMatchObject({ place: 0, room: 'private vault' });
    const before = Date.now();
    airtime.heard('replay for realtime:vault, join 4 of connection 2');
    airtime.heard('joined on realtime:vault, join 4 of connection 2');
    expect(airtime.isBetweenReplayAndJoin('vault', before)).toBe(true);
    expect(airtime.isBetweenReplayAndJoin('lobby', before)).toBe(false);
    expect(airtime.isBetweenReplayAndJoin('vault', Date.now() + 1)).toBe(false);
  });
});
