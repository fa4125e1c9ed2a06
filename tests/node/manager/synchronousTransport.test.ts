import { createRealtimeManager, type RealtimeManager } from 'switchboard-realtime';
import { afterEach, describe, expect, it } from 'vitest';
import { Recorder } from '../support/until.js';

type Moment = 'opening' | 'sending' | 'closing';

/** A server that answers within the call, as hand-written doubles do; runtimes never do. */
class SynchronousSocket {
  static moments: readonly Moment[] = [];
  static opened: SynchronousSocket[] = [];

  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  readyState = 0;

  constructor() {
    SynchronousSocket.opened.push(this);
    this.#when('opening', () => {
      this.readyState = 1;
      this.onopen?.();
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
    const bindings = payload.config.postgres_changes.map((binding, n) => ({ id: 1_000 + n, ...binding }));
    const system = { message: 'Subscribed to PostgreSQL', status: 'ok', extension: 'postgres_changes' };
    this.#when('sending', () => {
      this.#receive([joinRef, ref, topic, 'phx_reply', { status: 'ok', response: { postgres_changes: bindings } }]);
      this.#receive([joinRef, null, topic, 'system', { ...system, channel: topic.slice(9) }]);
      for (const id of [1, 2, 3]) {
        const data = { table: 't', type: 'INSERT', record: { id }, columns: [], errors: null, schema: 'public' };
        const change = {
          data: { ...data, commit_timestamp: '2026-11-23T10:00:00.000Z' },
          ids: bindings.map((binding) => binding.id),
        };
        this.#receive([null, null, topic, 'postgres_changes', change]);
      }
    });
  }

  close(code = 1000): void {
    if (this.readyState > 1) return;
    this.readyState = 3;
    this.#when('closing', () => this.onclose?.({ code, reason: '' }));
  }

  #when(moment: Moment, act: () => void): void {
    if (SynchronousSocket.moments.includes(moment)) act();
    else queueMicrotask(act);
  }

  #receive(frame: unknown): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

let manager: RealtimeManager | undefined;

afterEach(async () => {
  await manager?.dispose();
});

const cases: readonly (readonly Moment[])[] = [
  ['opening'],
  ['sending'],
  ['closing'],
  ['opening', 'sending', 'closing'],
];

describe('a transport class that answers within the call', () => {
  it.each(cases.map((moments) => [moments.join(', '), moments] as const))(
    'works when it does so at %s',
    async (_name, moments) => {
      SynchronousSocket.moments = moments;
      SynchronousSocket.opened = [];
      const options = { url: 'http://127.0.0.1:1', apikey: 'sb_publishable_test', idleCloseMs: 0, lingerMs: 0 };
      manager = createRealtimeManager({ ...options, transport: SynchronousSocket as unknown as typeof WebSocket });
      const ids = new Recorder<unknown>();
      const states = new Recorder<string>();
      manager.onStatusChange(({ connections }) => {
        states.push(connections[0]?.state ?? 'none');
      });
      const id = manager.subscribe({ table: 't' }, (change) => {
        ids.push(change.new['id']);
      });
      await ids.count('changes', 3);
      expect(ids.items).toEqual([1, 2, 3]);
      expect(SynchronousSocket.opened).toHaveLength(1);

      manager.reconnectAll();
      await ids.count('changes', 6);
      expect(ids.items).toEqual([1, 2, 3, 1, 2, 3]);
      expect(SynchronousSocket.opened).toHaveLength(2);

      manager.unsubscribe(id);
      await states.first('idle connection', (state) => state === 'idle');
      manager.subscribe({ table: 't' }, (change) => {
        ids.push(change.new['id']);
      });
      await ids.count('changes', 9);
      expect(SynchronousSocket.opened).toHaveLength(3);
    },
  );
});
