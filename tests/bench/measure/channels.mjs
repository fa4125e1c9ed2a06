// @ts-check
// Time per broadcast that comes or goes, and per change of who is present, of both clients in turn.
import { EVENT, makeBroadcast, readers, readPush, smallPayload, topicOf } from '../feed/broadcasts.mjs';
import { arrived, feed } from '../feed/fakeServer.mjs';
import { BenchError, same } from '../feed/ledger.mjs';
import { Attendance } from '../feed/presence.mjs';
import { limitOfBroadcasts, limitOfSends, limitOfTexts } from './limits.mjs';
import { alternateRounds, timeOf } from './rounds.mjs';
import { NAMES, openChannels, SIDES } from './sides.mjs';
import { countTimers, sleep } from './timers.mjs';

/** @typedef {import('./rounds.mjs').Rounds} Rounds */
/** @typedef {import('./rounds.mjs').Figures} Figures */
/** @typedef {import('./sides.mjs').Side} Side */
/** @typedef {import('./sides.mjs').OpenChannelSide} OpenSide */
/**
 * @typedef {object} BroadcastLoad
 * @property {import('../feed/broadcasts.mjs').Content} content
 * @property {number} channels
 * @property {number} handles of each channel
 * @property {number} messages in a round
 */
/** @typedef {{ watch: 'members' | 'changes', members: number, messages: number }} PresenceLoad */
/** @typedef {{ messages: number }} SendLoad */

const LATE_MS = 50;
const ROOM = 'bench-room';

/** @param {(side: Side) => Promise<OpenSide>} open @returns {Promise<Record<Side, OpenSide>>} */
async function openBoth(open) {
  countTimers();
  return { switchboard: await open('switchboard'), reference: await open('reference') };
}

/** @param {Record<Side, OpenSide>} open */
async function closeBoth(open) {
  await sleep(LATE_MS); // what is repeated may come late
  for (const side of SIDES) open[side].ledger.check();
  for (const side of SIDES) await open[side].client.close();
}

/** @param {OpenSide} side @param {readonly import('../feed/fakeServer.mjs').Frame[]} frames */
async function feedTimed({ ledger }, frames) {
  const ms = await timeOf(
    () => {
      feed(frames);
    },
    () => ledger.complete,
  );
  ledger.check();
  return ms;
}

/**
 * @param {BroadcastLoad} load
 * @param {Rounds} rounds
 * @returns {Promise<Figures>} ns per broadcast
 */
export async function measureBroadcasts({ content, channels, handles, messages }, rounds) {
  const names = Array.from({ length: channels }, (_, n) => `room-${String(n).padStart(4, '0')}`);
  const watch = content === 'binary' ? 'bytes' : 'json';
  const open = await openBoth((side) => openChannels(side, { names, handles, watch }, readers[content]));
  let revision = 0;
  const next = (/** @type {number} */ count) =>
    Array.from({ length: count }, () => {
      revision += 1;
      // A stride that visits all in no simple order.
      return makeBroadcast(content, topicOf(names[(revision * 37) % channels] ?? ''), revision);
    });
  const run = (/** @type {OpenSide} */ side, /** @type {ReturnType<typeof next>} */ broadcasts) => {
    side.ledger.expect(payloadsOf(broadcasts), handles);
    return feedTimed(
      side,
      broadcasts.map(({ topic, frame }) => side.server.frame(topic, frame)),
    );
  };
  for (const side of SIDES) {
    const broadcasts = next(Math.min(messages, 50));
    open[side].ledger.keep();
    await run(open[side], broadcasts);
    open[side].ledger.checkKept(payloadsOf(broadcasts), handles);
  }
  const figures = await alternateRounds(rounds, messages, {
    next: () => next(messages),
    run: (side, broadcasts) => run(open[side], broadcasts),
    limit: (broadcasts) =>
      limitOfBroadcasts(
        broadcasts.map(({ frame }) => frame.slice(0)),
        content === 'binary',
      ),
  });
  await closeBoth(open);
  return figures;
}

/** @param {readonly import('../feed/broadcasts.mjs').Broadcast[]} broadcasts */
const payloadsOf = (broadcasts) => broadcasts.map(({ payload }) => payload);

/** @param {number} sum @param {number} value */
const readNumber = (sum, value) => (Math.imul(sum, 31) + value) | 0;

/**
 * @param {PresenceLoad} load
 * @param {Rounds} rounds
 * @returns {Promise<Figures>} ns per diff
 */
export async function measurePresence({ watch, members, messages }, rounds) {
  const attendance = new Attendance(members);
  const use = { names: [ROOM], handles: 1, watch };
  const open = await openBoth((side) => openChannels(side, use, readNumber, attendance.state));
  const topic = topicOf(ROOM);
  const frameText = (/** @type {string} */ text) => `[null,null,"${topic}","presence_diff",${text}]`;
  const figures = await alternateRounds(rounds, messages, {
    next: () => Array.from({ length: messages }, () => attendance.change()),
    run: async (name, diffs) => {
      const side = open[name];
      side.ledger.expect(
        diffs.map((diff) => (watch === 'members' ? diff.members : diff.revision)),
        1,
      );
      const frames = diffs.map(({ text }) => side.server.frame(topic, frameText(text)));
      const ms = await feedTimed(side, frames);
      if (!attendance.equals(side.client.members(ROOM))) throw new BenchError(`${NAMES[name]} has other members`);
      return ms;
    },
    limit: (diffs) => limitOfTexts(diffs.map(({ text }) => arrived(frameText(text)))),
  });
  await closeBoth(open);
  return figures;
}

/**
 * @param {SendLoad} load
 * @param {Rounds} rounds
 * @returns {Promise<Figures>} ns per send
 */
export async function measureSends({ messages }, rounds) {
  const open = await openBoth((side) =>
    openChannels(side, { names: [ROOM], handles: 1, watch: 'json' }, readers.small),
  );
  let revision = 0;
  const figures = await alternateRounds(rounds, messages, {
    next: () => Array.from({ length: messages }, () => smallPayload((revision += 1))),
    run: async (name, payloads) => {
      const { server, client } = open[name];
      const ms = await timeOf(
        async () => {
          await Promise.all(payloads.map((payload) => client.send(ROOM, EVENT, payload)));
        },
        () => server.pushes.length >= payloads.length,
      );
      checkPushes(NAMES[name], server.pushes, payloads);
      server.pushes = [];
      return ms;
    },
    limit: limitOfSends,
  });
  await closeBoth(open);
  return figures;
}

/** @param {string} who @param {readonly ArrayBuffer[]} pushes @param {readonly unknown[]} payloads @throws BenchError */
function checkPushes(who, pushes, payloads) {
  if (pushes.length !== payloads.length) {
    throw new BenchError(`${who} sent ${pushes.length} broadcasts instead of ${payloads.length}`);
  }
  payloads.forEach((payload, n) => {
    const push = readPush(/** @type {ArrayBuffer} */ (pushes[n]));
    if (same(push, { topic: topicOf(ROOM), event: EVENT, payload })) return;
    throw new BenchError(`${who} corrupted a broadcast: ${JSON.stringify(push)}`);
  });
}
