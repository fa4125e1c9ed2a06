import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createRealtimeManager } from 'switchboard-realtime';
import { describe, expect, it } from 'vitest';

const MANAGERS = 200;

/** A socket that never opens. */
class ConnectingSocket {
  readonly readyState = 0;
  close(): void {
    // Nobody is there to close it with.
  }
}

describe('managers that were disposed of', () => {
  it('are collected, with what was subscribed', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    let collected = 0;
    const registry = new FinalizationRegistry(() => {
      collected += 1;
    });
    const openAndDispose = async (): Promise<void> => {
      const endpoint = { url: 'ws://server.invalid/realtime/v1', apikey: 'k', logger: null };
      const manager = createRealtimeManager({ ...endpoint, transport: ConnectingSocket });
      const onChange = (): void => undefined;
      manager.subscribe({ table: 't' }, onChange);
      manager.subscribe({ table: 't', delivery: { mode: 'latest', everyMs: 10, key: 'id' } }, () => undefined);
      await manager.ready();
      registry.register(manager, null);
      registry.register(onChange, null);
      await manager.dispose();
    };
    for (let n = 0; n < MANAGERS; n += 1) await openAndDispose();
    for (let n = 0; n < 10; n += 1) {
      collect();
      await nextTurn();
    }
    // The last one may still be on the stack.
    expect(collected).toBeGreaterThanOrEqual(2 * (MANAGERS - 1));
  });
});
