import { fastTiming, startBackend, type Backend, type BackendOptions } from 'switchboard-backend';
import { afterAll, beforeAll, beforeEach, describe, it } from 'vitest';

import { freePort } from '../support/backendProcess.js';
import { broadcastActions, storeEarlierMessages } from './support/broadcastActions.js';
import { changeActions } from './support/changeActions.js';
import { RecordedBackend } from './support/recordedBackend.js';
import { replay, type Replay, type ReplayContext } from './support/replay.js';
import { TokenForge } from './support/tokenForge.js';
import type { Line, Version } from './support/transcript.js';
import { upcomingRecord } from './support/upcoming.js';

let recorded: RecordedBackend;

beforeAll(async () => {
  recorded = await RecordedBackend.start();
});

beforeEach(async () => {
  await recorded.sql.query('truncate bookings, alltypes, notes, secrets');
});

afterAll(async () => {
  await recorded.stop();
});

const isForged = ({ c, text = '' }: Line): boolean =>
  c === 'wrong secret' ||
  text.includes('wrong_secret') ||
  (text.includes('badsig') && text.includes('"access_token",'));

// Of all pushed tokens only that of the connection "same" was the one that the channel had already.
const isRefresh = ({ c, text = '' }: Line): boolean => c !== 'same' && /access_token",("payload":)?{/.test(text);

const isEarly = (frame: string): boolean =>
  frame.includes('"client": "early"') || frame.includes('\\"client\\": \\"early');

/** A channel that the server closes may still see its own presence leave, or not. */
const isOwnLeave = (frame: string): boolean =>
  frame.includes('presence_diff') && frame.includes('"joins":{},"leaves":{"A"');

function run(scenario: string, version: Version, more: Partial<Replay> = {}): Promise<void> {
  const authenticated = { sub: '11111111-1111-1111-1111-111111111111' };
  return replay({
    scenario,
    version,
    origin: recorded.origin,
    forge: new TokenForge(recorded.backend.jwtSecret, { authenticated }, isForged, isRefresh),
    settle: () => recorded.settle(),
    ...more,
  });
}

/** Another backend on the same database, with keys of the same secret. */
function besides(port: number, timing: BackendOptions['timing']): Promise<Backend> {
  const { postgres: databaseUrl, jwtSecret } = recorded.backend;
  return startBackend({ databaseUrl, jwtSecret, port, seed: false, timing: { ...fastTiming, ...timing } });
}

const versions: Version[] = ['v1', 'v2'];

describe.each(versions)('recorded frames, %s', (version) => {
  it('connect: heartbeats, pings, topics that are none', async () => {
    await run('connect', version);
  });

  it('connect_errors: every refused handshake has its status and message', async () => {
    await run('connect_errors', version, {
      // The recorded server had no gateway in front of it, so it did not know the path of hosted projects.
      skip: ({ c }) => c === 'path /realtime/v1/websocket',
    });
  });

  it('garbage: what is no frame is ignored, what is too large closes', async () => {
    await run('garbage', version);
  });

  it('join_shapes: every kind of join payload gets its reply', async () => {
    await run('join_shapes', version);
  });

  it('join_bindings: bindings are checked after the ok reply, in the words of the server', async () => {
    await run('join_bindings', version);
  });

  it('leave: leaving, leaving again, stale and missing join refs', async () => {
    await run('leave', version, {
      onNote: {
        'insert after leave': async () => {
          await recorded.sql.query("insert into bookings (business_id) values ('lv')");
          await recorded.settle();
        },
      },
    });
  });

  it('rejoin: a new socket joins the topic of one that was cut', async () => {
    const insert = (client: string) => async (context: ReplayContext) => {
      const business = `rj${version.slice(1)}`;
      const late = Number(upcomingRecord(context, 'bookings', (record) => record['client'] === 'late')['id']);
      await recorded.sql.query('insert into bookings (id, business_id, client) values ($1, $2, $3)', [
        client === 'late' ? late : late + 10_000 + client.length,
        business,
        client,
      ]);
    };
    await run('rejoin', version, {
      onNote: {
        'row inserted while away': async (context) => {
          await insert('away')(context);
          await recorded.settle();
        },
        'row inserted right after the join reply, before the system message': insert('early'),
        'row inserted after the system message': insert('late'),
      },
      // Whether a row that is written while the subscription is made arrives is a matter of luck.
      skip: ({ text }) => isEarly(text ?? ''),
      ignore: isEarly,
    });
  });

  it('broadcast: acknowledgements, own messages, binary frames, HTTP, private topics, replay', async () => {
    if (version === 'v2') await storeEarlierMessages(recorded);
    await recorded.settle();
    const tail = version === 'v1' ? '"}},"ref":"20","join_ref":"13"}' : '"}}]';
    await run('broadcast', version, { ...broadcastActions(recorded), tail });
  });

  it('presence: states, differences, limits', async () => {
    await run('presence', version, {
      skip: ({ c, dir, t, text }) =>
        (c === 'b' && dir === 'close') || (c === 'a' && t > 15_525 && isOwnLeave(text ?? '')),
    });
  });

  it('idle: a socket that sends nothing is closed with 1000', async () => {
    const port = await freePort();
    const backend = await besides(port, { idleMs: 200 });
    await run('idle', version, { origin: `ws://127.0.0.1:${port}` }).finally(() => backend.stop());
  });

  it('shutdown: closes with 1012, refuses connections, and the first subscription afterwards waits', async () => {
    const port = await freePort();
    let backend = await besides(port, {});
    // Whether the server gets to send it before it ends is a matter of luck.
    const isState = (frame: string): boolean => frame.includes('"presence_state"');
    const replayed = run('shutdown', version, {
      origin: `ws://127.0.0.1:${port}`,
      onNote: {
        'server gets SIGTERM': () => backend.stop(),
        'start-real-realtime.sh exit 0': async () => {
          backend = await besides(port, { coldStartMs: 100 });
        },
      },
      skip: ({ text = '' }) => isState(text),
      ignore: isState,
    });
    await replayed.finally(() => backend.stop());
  });

  it('pg_events: every kind of change and type', async () => {
    await run('pg_events', version, { onNote: changeActions(recorded, version) });
  });
});

describe('recorded frames, both versions at once', () => {
  // Most of the time goes by in waiting for tokens to expire.
  it('tokens: refreshes, refusals and expiry', async () => {
    // Both are on the same topics, so each gets the other's broadcasts; its own it does not get.
    const ignore = (frame: string): boolean => frame.includes('"event":"x","payload":{},"type":"broadcast"');
    await Promise.all(versions.map((version) => run('tokens', version, { ignore })));
  });
});
