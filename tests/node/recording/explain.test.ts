import { describe, expect, it } from 'vitest';
import { IDLE_SNAPSHOT, type ConnectionStatus, type SubscriptionStatus } from 'switchboard-realtime';
import { readRecording } from 'switchboard-realtime/recording';
import {
  explainAll,
  explainOne,
  factsOf,
  incidentsOf,
  MEANINGS,
  recordedFacts,
} from '../../../web/dist/recording/explain/index.js';
import { REASON_CODES } from '../../../web/dist/core/api/reasons.js';
import { outage } from './support/outage.js';
import { writeRecording, type WireEntry } from './support/writeRecording.js';

const NOW = 1_700_000_100_000;
const subscription: SubscriptionStatus = {
  ...{ id: 3, schema: 'public', table: 'bookings', event: '*', filter: 'id=eq.7', state: 'live', mode: 'live' },
  ...{ since: NOW - 5_000, attempts: 0, nextRetryAt: null, code: 'OK', message: '', retryable: true },
};
const socket: ConnectionStatus = {
  ...{ id: 1, state: 'open', since: NOW - 9_000, attempts: 0, nextRetryAt: null, code: 'OK', message: '' },
  ...{ rttMs: 5, channels: 1, pulse: null },
};

function facts(changes: Partial<SubscriptionStatus>, line: Partial<ConnectionStatus> = {}) {
  const subscriptions = [{ ...subscription, ...changes }];
  return factsOf({ ...IDLE_SNAPSHOT, subscriptions, connections: [{ ...socket, ...line }] }, null, NOW);
}

function texts(given: ReturnType<typeof facts>): { chain: string[]; wayOut: string[] } {
  const found = explainOne(given, 3);
  if (found === null) throw new Error('nothing is explained');
  return { chain: found.chain.map(({ what }) => what), wayOut: found.wayOut.map(({ what, how }) => how ?? what) };
}

describe('explain', () => {
  it('has nothing to say of what is live', () => {
    expect(explainAll(facts({}))).toEqual([]);
    expect(explainOne(facts({}), 4)).toBeNull();
  });

  it('goes from a subscription without a socket to why the socket is not open', () => {
    const lost = { code: 'CONNECTION_LOST', message: 'lost (1006)' } as const;
    const refused = { code: 'CONNECT_FAILED', state: 'backoff', nextRetryAt: NOW + 4_000, attempts: 3 } as const;
    const { chain, wayOut } = texts(facts({ state: 'pending', ...lost }, refused));
    expect(chain).toEqual([
      'Subscription 3 to public.bookings where id=eq.7 is pending, for 5 s: its socket is not open.',
      'Socket 1 is backoff, for 9 s: the server could not be reached, or refused the handshake. It is attempt 3 since it was last live. The next is in 4 s.',
    ]);
    expect(wayOut[0]).toBe('Check the url, and that the api key is of this project.');
  });

  it.each([
    ['…Exception: permission denied for table bookings', 'GRANT SELECT ON public.bookings TO "anon"'],
    [
      'Unable to subscribe to changes with given parameters. Please check Realtime is enabled',
      'ALTER PUBLICATION supabase_realtime ADD TABLE public.bookings',
    ],
    [
      '…Exception: invalid input syntax for type bigint',
      'The value in the filter is none of the column’s type: fix the filter.',
    ],
  ])('knows from the server’s answer what doctor would find: %s', (message, first) => {
    const { wayOut } = texts(facts({ state: 'parked', code: 'BAD_BINDING', message }));
    expect(wayOut[0]).toBe(first);
    expect(wayOut).toContain('npx switchboard-realtime doctor --db "$DATABASE_URL" --tables public.bookings');
  });

  it('says of a token whose it is and when it expired', () => {
    const given = {
      ...facts({ state: 'retrying', code: 'TOKEN_EXPIRED' }),
      token: { role: 'authenticated', expiresAt: NOW - 60_000 },
    };
    expect(texts(given).chain[1]).toBe('The token is of the role authenticated, and expired 1 min ago.');
  });

  it('says of a live subscription that it is paused, or on the other road', () => {
    const paused = facts({});
    const [subject] = paused.subjects;
    if (subject === undefined) throw new Error('there is none');
    const given = {
      ...paused,
      subjects: [{ ...subject, isPaused: true, fellBack: { code: 'NOT_BY_KEY', message: 'm' } as const }],
    };
    expect(explainAll(given)[0]).toMatchObject({ isLive: true, verdict: 'Live, but see below.' });
    expect(texts(given).chain).toHaveLength(2);
  });

  it('has a meaning for each reason code, and a way out of each that is no success', () => {
    expect(Object.keys(MEANINGS).toSorted()).toEqual([...REASON_CODES].toSorted());
    const without = Object.entries(MEANINGS).filter(([, { remedies }]) => remedies(null, facts({})).length === 0);
    expect(without.map(([code]) => code)).toEqual(['OK', 'UNSUBSCRIBED']);
  });
});

describe('a recording', () => {
  it('tells what was so at its end', () => {
    expect(recordedFacts(readRecording(writeRecording(outage)))).toMatchObject({
      subjects: [{ id: 1, name: 'public.bookings *', table: 'public.bookings', state: 'live' }],
      sockets: [{ id: 1, state: 'open' }],
    });
    const cut = outage.filter(({ at }) => at <= 10_000);
    const [explanation] = explainAll(recordedFacts(readRecording(writeRecording(cut))));
    expect(explanation?.chain.map(({ code }) => code)).toEqual([null, 'CONNECTION_LOST']);
  });

  it('tells what went wrong, how long it took and what healed it, also when all is well at its end', () => {
    const [incident, ...others] = incidentsOf(readRecording(writeRecording(outage)));
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ code: 'CONNECTION_LOST', from: 1_700_000_010_000, to: 1_700_000_011_700 });
    expect(incident?.story[0]).toBe('Socket 1 was closed or lost (1006).');
    expect(incident?.story.join(' ')).toMatch(/decides: wait 731 ms .*The gap of key 1 is over.*well again after 2 s/);
  });

  it('has no incident where nothing went wrong', () => {
    const well: WireEntry[] = outage.filter(({ at }) => at < 10_000);
    expect(incidentsOf(readRecording(writeRecording(well)))).toEqual([]);
  });
});
