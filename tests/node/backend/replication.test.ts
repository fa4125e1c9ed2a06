import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  SubscriptionRegistry,
  type ChangeReceiver,
  type Subscription,
} from '../../../web/backend/changes/subscription.js';
import { ReplicationStream } from '../../../web/backend/replication/stream.js';

/** What the server has done last when it ends a connection. */
type Stage = 'accepted' | 'let in' | 'made the slot' | 'started the stream';

/** How it does so. `with a word at once`: in one piece with what it has done last. */
type Way = 'with a word' | 'with a word at once' | 'in silence' | 'by a reset';

const STAGES: readonly Stage[] = ['accepted', 'let in', 'made the slot', 'started the stream'];
const WAYS: readonly Way[] = ['with a word', 'with a word at once', 'in silence', 'by a reset'];
const WORD = 'terminating connection due to administrator command';

function message(kind: string, ...parts: (string | number[])[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(`${part}\0`) : Buffer.from(part))),
  );
  const head = Buffer.from(`${kind}0000`);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const READY = message('Z', [0x49]);
const ANSWERS: Readonly<Record<Stage, Buffer>> = {
  accepted: Buffer.alloc(0),
  'let in': Buffer.concat([message('R', [0, 0, 0, 0]), READY]),
  'made the slot': Buffer.concat([message('C', 'CREATE_REPLICATION_SLOT'), READY]),
  'started the stream': message('W', [0, 0, 0]),
};
const FAREWELL = message('E', 'SFATAL', 'C57P01', `M${WORD}`, [0]);

/** Speaks as much of PostgreSQL's protocol as replication needs, and ends each connection as the plan says, those after the last not at all. */
class FakePostgres {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(private readonly plan: { stage: Stage; way: Way }[]) {
    this.#server = createServer((socket) => {
      this.#serve(socket);
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `postgres://postgres@127.0.0.1:${(this.#server.address() as AddressInfo).port}/postgres`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    const end = this.plan.shift();
    let stage = end?.stage === 'accepted' ? 0 : 1;
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    // Each request comes in a piece of its own. What comes after those that are known is status.
    socket.on('data', () => {
      const done = STAGES[stage];
      stage += 1;
      if (done === undefined) return;
      if (done === end?.stage) endBy(end.way, socket, ANSWERS[done]);
      else socket.write(ANSWERS[done]);
    });
  }
}

function endBy(way: Way, socket: Socket, answer: Buffer): void {
  if (way === 'with a word at once') socket.end(Buffer.concat([answer, FAREWELL]));
  else {
    socket.write(answer, () => {
      if (way === 'with a word') socket.end(FAREWELL);
      else if (way === 'in silence') socket.end();
      else socket.resetAndDestroy();
    });
  }
}

let server: FakePostgres;
let stream: ReplicationStream;

afterEach(async () => {
  await stream.stop();
  await server.close();
});

/** A stream from a server that ends its first connections like this, and what it logs. */
async function streamFrom(...plan: { stage: Stage; way: Way }[]): Promise<() => Promise<string>> {
  server = new FakePostgres(plan);
  const lines: string[] = [];
  let wake = (): void => undefined;
  const events = { onTransaction: () => undefined, onRelation: () => undefined };
  stream = new ReplicationStream(await server.open(), 'changes', events, (_, line) => {
    lines.push(line);
    wake();
  });
  return async () => {
    while (lines.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return lines.shift() ?? '';
  };
}

const ends = STAGES.flatMap((stage) => WAYS.map((way) => ({ stage, way })));

describe('a replication connection that PostgreSQL ends', () => {
  it.each(ends.filter(({ stage }) => stage !== 'started the stream'))(
    '$way when it has $stage it is a failure of the start',
    async (end) => {
      await streamFrom(end);
      const reason = end.way.startsWith('with') ? WORD : /ended|terminated|ECONNRESET/;
      await expect(stream.start()).rejects.toThrow(reason);
      expect(stream.isConnected).toBe(false);
    },
  );

  it.each(ends.filter(({ stage }) => stage === 'started the stream'))(
    '$way when it has $stage it is lost, and replaced',
    async (end) => {
      const nextLine = await streamFrom(end);
      await stream.start();
      expect(await nextLine()).toMatch(/^replication stream lost: /);
      expect(await nextLine()).toBe('replication stream is back');
      expect(stream.isConnected).toBe(true);
    },
  );

  it('again before it streams is replaced once more', async () => {
    const nextLine = await streamFrom(
      { stage: 'started the stream', way: 'by a reset' },
      { stage: 'let in', way: 'with a word at once' },
      { stage: 'made the slot', way: 'by a reset' },
    );
    await stream.start();
    expect(await nextLine()).toMatch(/^replication stream lost: /);
    expect(await nextLine()).toBe('replication stream is back');
  });
});

function subscription(receiver: ChangeReceiver, index: number, tableOid: number): Subscription {
  const rest = {
    event: '*',
    conditions: [],
    conditionsKey: '',
    select: null,
    claims: { role: 'anon', exp: 0 },
  } as const;
  return { receiver, index, id: 100 + index, tableOid, ...rest };
}

describe('a change that is on its way while its subscriptions are replaced', () => {
  const receiver: ChangeReceiver = { deliverChange: () => undefined };
  const [old, other] = [subscription(receiver, 0, 1), subscription(receiver, 1, 2)];

  it('goes to those that were made again, as with another token', () => {
    const registry = new SubscriptionRegistry();
    registry.set(receiver, [old, other]);
    registry.set(receiver, [subscription(receiver, 0, 1)]);
    expect(registry.isLive(old)).toBe(true);
    expect(registry.isLive(other)).toBe(false);
  });

  it('goes to nobody who has left or was dropped', () => {
    const registry = new SubscriptionRegistry();
    registry.set(receiver, [old, other]);
    registry.remove(receiver);
    expect(registry.isLive(old)).toBe(false);
    registry.set(receiver, [old]);
    registry.clear();
    expect(registry.isLive(old)).toBe(false);
  });
});
