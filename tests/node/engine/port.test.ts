import { MessageChannel } from 'node:worker_threads';
import { createRealtimeManager } from 'switchboard-realtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Batch, Command, Engine, SubscriptionSpec } from '../../../web/core/engine/engine.js';
import { wasmEngineOpener } from '../../../web/dist/core/engine/loadModule.js';
import { hostEngine } from '../support/port/engineHost.js';
import { openedBehindPorts } from '../support/port/loadModule.js';
import { PortEngine } from '../support/port/portEngine.js';
import { openLab, type Lab } from '../support/lab.js';
import { Recorder } from '../support/until.js';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(async () => {
  await lab.close();
});

interface Behind {
  engine: Engine;
  batches: Recorder<Batch>;
}

/** An engine of its own at the other end of a MessageChannel. */
async function open(): Promise<Behind> {
  const { port1, port2 } = new MessageChannel();
  const batches = new Recorder<Batch>();
  hostEngine(port2, wasmEngineOpener({ wasm: null, numbered: false, transport: null }, 10_000));
  const options = { url: lab.backend.url.replace('http', 'ws'), apikey: lab.backend.anonKey, tokenCallback: false };
  const engine = new PortEngine(port1, batches.push);
  await engine.open(
    { ...options, url: `${options.url}/realtime/v1`, tuning: { backoffBaseMs: 20 } },
    new AbortController().signal,
  );
  return { engine, batches };
}

function subscribe({ engine }: Behind, id: number, more: Partial<SubscriptionSpec> = {}): void {
  engine.send({ kind: 'subscribe', id, spec: { schema: 'public', table: 'bookings', event: '*', ...more } });
}

const state = (batch: Batch, id: number): string | undefined =>
  batch.control?.status?.subscriptions?.find((status) => status.id === id)?.state;

describe('an engine behind a port', () => {
  it('is where this project has its managers open theirs', async () => {
    const before = openedBehindPorts();
    const manager = createRealtimeManager({ url: lab.backend.url, apikey: lab.backend.anonKey });
    await manager.ready();
    await manager.dispose();
    expect(openedBehindPorts() - before).toBe(process.env.ENGINE === 'port' ? 1 : 0);
  });

  it('has ids, lists of columns and a verdict of its own', async () => {
    const first = await open();
    const later = await open();
    const delivery = { mode: 'batch', everyMs: 1 } as const;
    subscribe(first, 1, { delivery });
    await first.batches.first('live', (batch) => state(batch, 1) === 'live');
    const insert = (): Promise<unknown> =>
      lab.db.query(
        "insert into bookings (business_id, client_name, service, starts_at) values (gen_random_uuid(), 'x', 'cut', now())",
      );
    await insert();
    const listed = (batch: Batch): boolean => batch.columnLists.length > 0;
    await first.batches.first('its list of columns', listed);
    subscribe(later, 1, { delivery });
    subscribe(later, 2, { table: 'no_such_table' });
    await later.batches.first('live', (batch) => state(batch, 1) === 'live');
    await insert();
    await later.batches.first('the list of columns once more', listed);
    expect(first.batches.items.filter(listed)).toHaveLength(1);
    await later.batches.first('partial', (batch) => batch.control?.status?.overall === 'partial');
    expect(first.batches.items.map((batch) => batch.control?.status?.overall)).not.toContain('partial');
    await Promise.all([first.engine.dispose(), later.engine.dispose()]);
  });

  it('takes commands and gives batches that are plain data', async () => {
    const commands: Command[] = [
      { kind: 'subscribe', id: 1, spec: { schema: 'public', table: '', event: '*' } },
      { kind: 'flush', id: 1 },
      { kind: 'stats' },
    ];
    const { engine, batches } = await open();
    for (const command of commands) engine.send(structuredClone(command));
    const refused = await batches.first('a refusal', (batch) => batch.control?.status?.refused?.[0] === 1);
    expect(structuredClone(refused)).toEqual(refused);
    await batches.first('flushed', (batch) => batch.control?.flushed?.[0] === 1);
    await batches.first('figures', (batch) => batch.control?.stats?.subscriptions === 0);
    await engine.dispose();
  });

  it('says of a subscription to what is live that it was', async () => {
    const behind = await open();
    subscribe(behind, 1);
    await behind.batches.first('live', (batch) => state(batch, 1) === 'live');
    subscribe(behind, 2);
    const { control } = await behind.batches.first(
      'a notice',
      ({ control: found }) => found?.notices?.[0]?.subscription === 2,
    );
    expect(control?.notices).toMatchObject([{ status: 'SUBSCRIBED', alreadyLive: true }]);
    await behind.engine.dispose();
  });

  it('says nothing after dispose', async () => {
    const behind = await open();
    subscribe(behind, 1);
    await behind.batches.first('live', (batch) => state(batch, 1) === 'live');
    const closed = behind.engine.dispose();
    const before = behind.batches.items.length;
    await closed;
    await behind.engine.dispose();
    expect(behind.batches.items).toHaveLength(before);
  });
});
