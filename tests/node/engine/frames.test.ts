import { createRealtimeManager, type ChangePayload, type Gap, type RealtimeManager } from 'switchboard-realtime';
import { afterEach, describe, expect, it } from 'vitest';
import { Recorder } from '../support/until.js';

/** Frames as long as this come into the heap by their ends first. */
const LONG = 'x'.repeat(5_000);
const COLUMNS = '[{"name":"id","type":"int8"},{"name":"text","type":"text"}]';

interface Join {
  topic: string;
  ids: number[];
}

/** A server that answers joins, and sends what the test says. Every binding gets another id. */
class ScriptedSocket {
  static opened = new Recorder<ScriptedSocket>();

  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string; wasClean: boolean }) => void) | null = null;
  readyState = 0;
  readonly joined = new Recorder<Join>();

  constructor() {
    queueMicrotask(() => {
      this.readyState = 1;
      this.onopen?.();
      ScriptedSocket.opened.push(this);
    });
  }

  send(text: string): void {
    const [joinRef, ref, topic, event, payload] = JSON.parse(text) as [
      string,
      string,
      string,
      string,
      { config: { postgres_changes: object[] } },
    ];
    if (event !== 'phx_join') return;
    const bindings = payload.config.postgres_changes.map((binding, n) => ({ id: 123_456_700 + n, ...binding }));
    queueMicrotask(() => {
      this.#answer([joinRef, ref, topic, 'phx_reply', { status: 'ok', response: { postgres_changes: bindings } }]);
      const system = { message: 'Subscribed to PostgreSQL', status: 'ok', extension: 'postgres_changes' };
      this.#answer([joinRef, null, topic, 'system', { ...system, channel: topic.slice(9) }]);
      this.joined.push({ topic, ids: bindings.map(({ id }) => id) });
    });
  }

  close(): void {
    this.readyState = 3;
  }

  /** A change of which `data` begins with this table, and ends with the other members. */
  change({ topic, ids }: Join, members: object, commit = '2026-11-23T10:00:00.000Z'): void {
    const { table = 't', ...rest } = members as { table?: string };
    const fixed = `"table":"${table}","type":"UPDATE","columns":${COLUMNS},"commit_timestamp":"${commit}"`;
    const data = `{${fixed},${JSON.stringify(rest).slice(1)}`;
    this.receive(`[null,null,${JSON.stringify(topic)},"postgres_changes",{"data":${data},"ids":[${ids.join(',')}]}]`);
  }

  receive(text: string): void {
    this.onmessage?.({ data: text });
  }

  drop(): void {
    this.readyState = 3;
    this.onclose?.({ code: 1006, reason: '', wasClean: false });
  }

  #answer(frame: unknown): void {
    this.receive(JSON.stringify(frame));
  }
}

let manager: RealtimeManager;

function open(): void {
  ScriptedSocket.opened = new Recorder();
  manager = createRealtimeManager({
    url: 'ws://server.invalid/realtime/v1',
    apikey: 'k',
    transport: ScriptedSocket,
  });
}

async function joined(): Promise<{ socket: ScriptedSocket; join: Join }> {
  const [socket] = await ScriptedSocket.opened.until('a socket', (sockets) => sockets.length > 0);
  if (socket === undefined) throw new Error('no socket');
  const [join] = await socket.joined.until('a join', (joins) => joins.length > 0);
  if (join === undefined) throw new Error('no join');
  return { socket, join };
}

afterEach(() => manager.dispose());

const ACCENTS = 'Zoë 😀 30 €';
/** Rows of every length and kind. */
const rows: readonly (readonly [string, object])[] = [
  ['short', { record: { id: 1, text: 'a' } }],
  ['short with accents', { record: { id: 1, text: ACCENTS } }],
  ['long', { record: { id: 1, text: LONG } }],
  ['long with accents in its middle', { record: { id: 1, text: LONG + ACCENTS + LONG } }],
  ['long with accents in its front', { table: ACCENTS, record: { id: 1, text: LONG } }],
  ['long with accents at its back', { record: { id: 1, text: LONG }, old_record: { id: 1, text: LONG + ACCENTS } }],
  [
    'long with the list of columns in a document',
    { record: { id: 1, text: LONG, doc: JSON.parse(COLUMNS) as unknown } },
  ],
  ['of 5 MB', { record: { id: 1, text: LONG.repeat(1_000) } }],
  ['long with quotes and backslashes', { record: { id: 1, text: '"}],"ids":[1]}]\\"'.repeat(500) } }],
];

/** An UPDATE has the key in its old row, as the server sends it; the members come in no fixed order. */
const kinds = rows.map(([title, members]) => [title, { old_record: { id: 1 }, ...members }] as const);

function expected(members: object): object {
  const { record, old_record = {} } = members as { record: object; old_record?: object };
  return { eventType: 'UPDATE', new: record, old: old_record };
}

describe('a frame whose ends come in first', () => {
  it('gives every delivery mode what the server sent, whatever came before', { timeout: 120_000 }, async () => {
    open();
    const each: ChangePayload[] = [];
    const batch: ChangePayload[] = [];
    const latest: ChangePayload[] = [];
    let counted = 0;
    manager.subscribe({ table: 't' }, (change) => each.push(change));
    manager.subscribe({ table: 't', delivery: { mode: 'batch', everyMs: 10, max: 1 } }, (list) => batch.push(...list));
    manager.subscribe({ table: 't', delivery: { mode: 'latest', everyMs: 5, key: 'id' } }, (list) =>
      latest.push(...list),
    );
    manager.subscribe({ table: 't', delivery: { mode: 'each', payload: false } }, ({ count }) => {
      counted += count;
    });
    const { socket, join } = await joined();
    // Each kind after each other one.
    const order = kinds.flatMap(([, first]) => kinds.flatMap(([, second]) => [first, second]));
    for (const members of order) socket.change(join, members);
    expect(each).toHaveLength(order.length);
    each.forEach((change, n) => {
      expect(change).toMatchObject(expected(order[n] ?? {}));
    });
    expect(batch).toEqual(each);
    expect(counted).toBe(order.length);
    await expect.poll(() => latest.length, { timeout: 30_000 }).toBeGreaterThan(0);
    // One row: as the last change brought it, from what the first that knew had replaced.
    expect(latest).toEqual([{ ...each.at(-1), old: each.find(({ old }) => 'id' in old)?.old }]);
  });

  it.each(kinds)('is read alone: %s', async (_, members) => {
    open();
    const each: ChangePayload[] = [];
    manager.subscribe({ table: 't' }, (change) => each.push(change));
    const { socket, join } = await joined();
    for (let n = 0; n < 3; n += 1) socket.change(join, members);
    expect(each).toHaveLength(3);
    for (const change of each) expect(change).toMatchObject(expected(members));
  });

  it('is routed by more ids than its end holds', async () => {
    open();
    const got: number[] = [];
    for (let n = 0; n < 60; n += 1) manager.subscribe({ table: 't', filter: `id=gt.${String(n)}` }, () => got.push(n));
    const { socket, join } = await joined();
    expect(join.ids).toHaveLength(60);
    for (const record of [
      { id: 99, text: LONG },
      { id: 99, text: LONG + ACCENTS },
    ]) {
      got.length = 0;
      socket.change(join, { record });
      expect(got.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (__, n) => n));
    }
  });

  it('that is not read still tells where a gap begins', async () => {
    for (const text of [LONG, LONG + ACCENTS, ACCENTS + LONG, 'short', LONG.repeat(1_000)]) {
      open();
      const gaps = new Recorder<Gap>();
      let counted = 0;
      // Several keys of one channel, which share what it brought last.
      for (let n = 0; n < 5; n += 1) {
        const delivery = { mode: 'each', payload: false } as const;
        manager.subscribe({ table: 't', filter: `id=gt.${String(n)}`, delivery, onGap: gaps.push }, ({ count }) => {
          counted += count;
        });
      }
      const { socket, join } = await joined();
      for (let n = 1; n <= 4; n += 1)
        socket.change(join, { record: { id: 9, text } }, `2026-11-23T10:00:0${String(n)}.000Z`);
      for (const [n, id] of join.ids.slice(0, 4).entries()) {
        const commit = `2026-11-23T10:00:1${String(n)}.000Z`;
        socket.change({ ...join, ids: [id] }, { record: { id: 9, text: `${text}${String(n)}` } }, commit);
      }
      expect(counted).toBe(24);
      socket.drop();
      const opened = await gaps.until('five gaps', (items) => items.length >= 5);
      const commits = opened.slice(0, 5).map(({ fromCommit }) => fromCommit);
      expect(commits).toEqual(Array(5).fill('2026-11-23T10:00:13.000Z'));
      await manager.dispose();
    }
  });

  it('is not taken for one of another topic, or for other ids, whose letters end in the same byte', async () => {
    open();
    const got: unknown[] = [];
    manager.subscribe({ table: 't' }, (change) => got.push(change));
    const { socket, join } = await joined();
    const other = (text: string): string =>
      text.slice(0, -1) + String.fromCharCode(text.charCodeAt(text.length - 1) + 0x100);
    const members = { record: { id: 1, text: LONG } };
    socket.change({ ...join, topic: other(join.topic) }, members);
    socket.change({ ...join, ids: [other(String(join.ids[0])) as never] }, members);
    expect(got).toHaveLength(0);
    socket.change(join, members);
    expect(got).toHaveLength(1);
  });

  it('that comes while another is handled waits for its turn', async () => {
    open();
    const got = new Recorder<unknown>();
    let socket: ScriptedSocket | null = null;
    let join: Join = { topic: '', ids: [] };
    manager.subscribe({ table: 't' }, (change) => {
      const { id } = change.new as { id: number };
      if (id === 1) socket?.change(join, { record: { id: 2, text: LONG } });
      got.push([id, change.new]);
    });
    ({ socket, join } = await joined());
    socket.change(join, { record: { id: 1, text: LONG + ACCENTS } });
    expect(got.items).toHaveLength(1);
    await got.until('the second', (items) => items.length === 2);
    expect(got.items).toEqual([
      [1, { id: 1, text: LONG + ACCENTS }],
      [2, { id: 2, text: LONG }],
    ]);
  });
});
