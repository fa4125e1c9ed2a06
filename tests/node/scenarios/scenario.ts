import pg from 'pg';
import { type Backend, fastTiming, startBackend } from 'switchboard-backend';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

export interface ScenarioChange {
  type: string;
  table: string;
  /** Empty for DELETE. */
  newRow: Record<string, unknown>;
  /** Empty for INSERT. */
  oldRow: Record<string, unknown>;
  commitTimestamp: string;
}

export interface ScenarioSpec {
  table: string;
  event?: '*' | 'INSERT' | 'UPDATE' | 'DELETE';
  filter?: string;
}

/** A client under test, connected to one backend. */
export interface ScenarioClient {
  /** Resolves when changes flow, rejects with the server's words when they never will. */
  subscribe(spec: ScenarioSpec, onChange: (change: ScenarioChange) => void): Promise<() => void | Promise<void>>;
  setToken(token: string): void | Promise<void>;
  /** Resolves when the server has answered a heartbeat that was sent after the call. */
  heartbeat(): Promise<void>;
  /** Only called where the adapter says `hasBroadcast`. Resolves, once joined, with the function that sends. */
  broadcast?(topic: string, onMessage: (payload: unknown) => void): Promise<(payload: unknown) => Promise<void>>;
  close(): void | Promise<void>;
}

export interface ScenarioAdapter {
  name: string;
  hasBroadcast: boolean;
  /** Heartbeats should be frequent: every 100 ms or so. */
  connect(backend: Backend): ScenarioClient | Promise<ScenarioClient>;
}

/** Collects changes and lets a test wait for their number. */
class Recorder {
  readonly changes: ScenarioChange[] = [];
  #waiting: { count: number; resolve: () => void } | null = null;

  readonly take = (change: ScenarioChange): void => {
    this.changes.push(change);
    if (this.#waiting !== null && this.changes.length >= this.#waiting.count) this.#waiting.resolve();
  };

  reach(count: number): Promise<void> {
    if (this.changes.length >= count) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting = { count, resolve };
    });
  }

  describe(): string[] {
    return this.changes.map(
      ({ type, newRow, oldRow }) => `${type} ${String(newRow['client_name'] ?? oldRow['client_name'])}`,
    );
  }
}

/** What every client of the protocol must be able to do against the embedded backend. */
export function describeScenario(adapter: ScenarioAdapter): void {
  describe(`scenario: ${adapter.name}`, () => {
    let backend: Backend;
    let sql: pg.Client;
    let client: ScenarioClient;
    let mine: string;
    let other: string;

    const book = (business: string, name: string, amount: number | null = null): Promise<unknown> =>
      sql.query(
        'insert into bookings (business_id, client_name, service, starts_at, amount) values ($1, $2, $3, now(), $4)',
        [business, name, 'Cut', amount],
      );

    beforeAll(async () => {
      backend = await startBackend({ timing: fastTiming });
      sql = new pg.Client(backend.postgres);
      await sql.connect();
      [mine, other] = backend.businesses.map(({ id }) => id) as [string, string];
      await sql.query('create table secrets (id integer primary key, owner uuid, body text)');
      await sql.query('alter table secrets enable row level security');
      await sql.query('create policy own on secrets for select to authenticated using (owner = auth.uid())');
      await sql.query('alter publication supabase_realtime add table secrets');
    });

    afterAll(async () => {
      await sql.end();
      await backend.stop();
    });

    beforeEach(async () => {
      client = await adapter.connect(backend);
    });

    afterEach(async () => {
      await client.close();
    });

    it('delivers inserts, updates and deletes of matching rows once, in order, with both rows', async () => {
      const recorder = new Recorder();
      await client.subscribe({ table: 'bookings', filter: `business_id=eq.${mine}` }, recorder.take);
      await book(other, 'not mine');
      await book(mine, 'Ann', 12.5);
      await sql.query(`update bookings set amount = 150 where client_name in ('Ann', 'not mine')`);
      await sql.query(`delete from bookings where client_name in ('Ann', 'not mine')`);
      await book(mine, 'last');
      await recorder.reach(4);
      expect(recorder.describe()).toEqual(['INSERT Ann', 'UPDATE Ann', 'DELETE Ann', 'INSERT last']);
      const [insert, update, remove] = recorder.changes;
      expect(insert).toMatchObject({ table: 'bookings', newRow: { amount: 12.5, business_id: mine, tags: [] } });
      expect(insert?.oldRow).toEqual({});
      expect(insert?.commitTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(update).toMatchObject({ newRow: { amount: 150 }, oldRow: { amount: 12.5 } });
      expect(remove).toMatchObject({ newRow: {}, oldRow: { amount: 150, client_name: 'Ann' } });
    });

    it('evaluates each filter on its own', async () => {
      const filters = {
        'amount=gt.100': ['big'],
        'client_name=in.(big,none)': ['big', 'none'],
        'client_name=like.s%': ['small', 'stop'],
        'amount=not.is.null': ['small', 'big', 'stop'],
        [`business_id=eq.${mine},amount=lte.5`]: ['small', 'stop'],
      };
      const recorders = new Map<string, Recorder>();
      for (const filter of Object.keys(filters)) {
        const recorder = new Recorder();
        recorders.set(filter, recorder);
        await client.subscribe({ table: 'bookings', event: 'INSERT', filter }, recorder.take);
      }
      const all = new Recorder();
      await client.subscribe({ table: 'bookings', event: 'INSERT' }, all.take);
      await book(mine, 'small', 5);
      await book(mine, 'big', 100.01);
      await book(mine, 'none');
      await book(mine, 'stop', 1);
      await all.reach(4);
      for (const [filter, names] of Object.entries(filters)) {
        expect(recorders.get(filter)?.describe(), filter).toEqual(names.map((name) => `INSERT ${name}`));
      }
    });

    it('stops delivering after unsubscribing', async () => {
      const stopped = new Recorder();
      const running = new Recorder();
      const unsubscribe = await client.subscribe({ table: 'bookings', event: 'INSERT' }, stopped.take);
      await client.subscribe({ table: 'bookings' }, running.take);
      await unsubscribe();
      await book(mine, 'after');
      await running.reach(1);
      expect(stopped.changes).toEqual([]);
    });

    it('reports a table that is not published, and keeps the others going', async () => {
      const recorder = new Recorder();
      await client.subscribe({ table: 'bookings' }, recorder.take);
      await expect(client.subscribe({ table: 'nosuch' }, () => undefined)).rejects.toThrow(
        /Unable to subscribe to changes with given parameters.*table: nosuch/,
      );
      await book(mine, 'still here');
      await recorder.reach(1);
    });

    it('gets heartbeats answered', async () => {
      await client.subscribe({ table: 'bookings' }, () => undefined);
      await client.heartbeat();
      await client.heartbeat();
      expect(backend.stats().heartbeats).toBeGreaterThanOrEqual(2);
    });

    it('takes a new token to the server, whose policies then let more through', async () => {
      const recorder = new Recorder();
      await client.subscribe({ table: 'secrets', event: 'INSERT' }, recorder.take);
      const sub = '11111111-1111-1111-1111-111111111111';
      await client.setToken(await backend.signToken({ sub }));
      await sql.query('delete from secrets');
      // The new token counts only some time after it was sent; rows go on until one is let through.
      for (let id = 1; recorder.changes.length === 0 && id < 1000; id += 1) {
        await sql.query('insert into secrets values ($1, $2, $3)', [id, sub, 'mine']);
        await Promise.race([recorder.reach(1), new Promise((resolve) => setTimeout(resolve, 10))]);
      }
      expect(recorder.changes[0]).toMatchObject({ type: 'INSERT', table: 'secrets', newRow: { body: 'mine' } });
    });

    if (adapter.hasBroadcast) {
      it('sends and receives broadcasts', async () => {
        const received: unknown[] = [];
        let done: () => void = () => undefined;
        const twice = new Promise<void>((resolve) => (done = resolve));
        const send = await client.broadcast?.('room', (payload) => {
          received.push(payload);
          if (received.length === 2) done();
        });
        await send?.({ n: 1 });
        await send?.({ text: 'é 😀' });
        await twice;
        expect(received).toEqual([{ n: 1 }, { text: 'é 😀' }]);
      });
    }
  });
}
