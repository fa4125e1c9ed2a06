import { afterAll, beforeAll, describe, it } from 'vitest';

import { RecordedBackend } from '../support/recordedBackend.js';
import { replay } from '../support/replay.js';
import { TokenForge } from '../support/tokenForge.js';
import type { Version } from '../support/transcript.js';

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
});
