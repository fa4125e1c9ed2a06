import { expect } from 'vitest';
import type { FetchRequest, FetchResult, LiveRows, LiveRowsOptions } from 'switchboard-realtime';
import { tick } from './fakeTime.js';
import { gapReport } from './gapReports.js';
import { Bench, changeText, each, type ScriptedEngine } from './scriptedEngine.js';

export interface Booking {
  id: number;
  name: string;
  note?: string | null;
}

/** A fetch that the test answers. */
export class Server {
  readonly requests: (FetchRequest & { answer: (result: unknown) => void; fail: (error: unknown) => void })[] = [];

  readonly fetch = (request: FetchRequest): Promise<FetchResult<Booking>> =>
    new Promise((resolve, reject) => {
      const answer = (result: unknown): void => {
        resolve(result as FetchResult<Booking>);
      };
      this.requests.push({ ...request, answer, fail: reject });
    });

  get latest(): Server['requests'][number] {
    const request = this.requests.at(-1);
    if (request === undefined) throw new Error('nothing was fetched');
    return request;
  }
}

export interface Lab {
  bench: Bench;
  engine: ScriptedEngine;
  server: Server;
  live: LiveRows<Booking>;
  /** Number of times that listeners were notified. */
  notified: () => number;
}

export const row = (id: number, name = `v${id}`): Booking => ({ id, name });
export const insert = (...rows: Booking[]) => each([1], ...rows.map((each) => changeText({ ...each })));
export const update = (next: Booking, old: object = { id: next.id }) =>
  each([1], changeText({ ...next }, 'UPDATE', { old_record: old }));
export const remove = (id: number) => each([1], changeText({ id }, 'DELETE'));

export async function open(more: Partial<LiveRowsOptions<Booking>> = {}): Promise<Lab> {
  const bench = new Bench({ resyncJitterMs: 0, resyncTimeoutMs: 5_000 });
  const server = new Server();
  const live = bench.manager.liveRows<Booking>({ table: 'bookings', key: 'id', fetch: server.fetch, ...more });
  let count = 0;
  live.subscribe(() => (count += 1));
  const engine = await bench.open();
  return { bench, engine, server, live, notified: () => count };
}

export async function goLive({ engine }: Pick<Lab, 'engine'>): Promise<void> {
  engine.control({
    notices: [{ subscription: 1, status: 'SUBSCRIBED', code: 'OK', message: '', retryable: true, nextRetryAt: null }],
  });
  await tick();
}

export function gapOpens({ engine }: Lab, id = 1): void {
  engine.control({ gaps: [gapReport(1, { id, from: 1 })] });
}

export async function gapIsOver(lab: Lab, id = 1): Promise<void> {
  lab.engine.control({ gaps: [gapReport(1, { id, from: 1, to: 2 })] });
  await goLive(lab);
}

/** Live, with these rows. */
export async function liveWith(rows: readonly Booking[], more: Partial<LiveRowsOptions<Booking>> = {}): Promise<Lab> {
  const lab = await open(more);
  await goLive(lab);
  lab.server.latest.answer(rows);
  await tick();
  expect(lab.live.status()).toMatchObject({ state: 'live', code: 'OK' });
  return lab;
}

export const names = (live: LiveRows<Booking>): string[] => live.rows().map(({ name }) => name);
