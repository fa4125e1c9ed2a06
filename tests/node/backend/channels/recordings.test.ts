import { afterAll, beforeAll, describe, it } from 'vitest';

import { RecordedBackend } from '../support/recordedBackend.js';
import { replay } from '../support/replay.js';
import { TokenForge } from '../support/tokenForge.js';
import { upcomingRecord } from '../support/upcoming.js';
import type { Line, Version } from '../support/transcript.js';

let recorded: RecordedBackend;

/** Connections of the recording whose limit is a rate: what they got depends on when the server's ticks fell. */
const RATES = /^(events|pres|joins)/;
/** The client that the tests use to find the end of what is under way. */
const OWN_USERS = 1;

beforeAll(async () => {
  recorded = await RecordedBackend.start({
    limits: { channelsPerSocket: 4, sockets: 3 + OWN_USERS, payloadKb: 10 },
  });
});

afterAll(async () => {
  await recorded.stop();
});

/** After the join, after tracking, and after the cut. */
const SYNCS_BEFORE_DELETE = 3;
const isPushedToken = ({ text = '' }: Line): boolean => /access_token",("payload":)?{/.test(text);

const versions: Version[] = ['v1', 'v2'];

describe.each(versions)('recorded frames, %s', (version) => {
  it('limits: channels of a socket, payloads, presence payloads, users', async () => {
    await replay({
      scenario: 'limits',
      version,
      origin: recorded.origin,
      forge: new TokenForge(
        recorded.backend.jwtSecret,
        {},
        () => false,
        () => false,
      ),
      settle: () => recorded.settle(),
      skip: ({ c }) => c !== undefined && RATES.test(c),
    });
  });

  it('rtjs: a session of the official client, over a cut and a refused channel', async () => {
    let syncs = 0;
    await replay({
      scenario: 'rtjs',
      version,
      origin: recorded.origin,
      forge: new TokenForge(recorded.backend.jwtSecret, {}, () => false, isPushedToken),
      // The client closed its last socket at the end.
      skip: ({ c, dir }) => c === 's2' && dir === 'close',
      onNote: {
        // The row was written when the first of these was through, and deleted when the one after the cut was.
        'callback presence sync': async (context) => {
          syncs += 1;
          if (syncs === 1) {
            const { id, business_id, client, amount } = upcomingRecord(context, 'bookings');
            await recorded.sql.query(
              'insert into bookings (id, business_id, client, amount) overriding system value values ($1, $2, $3, $4)',
              [id, business_id, client, Number(amount).toFixed(2)],
            );
          } else if (syncs === SYNCS_BEFORE_DELETE) await recorded.sql.query('delete from bookings');
        },
        'socket terminated': ({ clients }) => {
          clients.get('s1')?.socket.terminate();
        },
      },
    });
  });
});
