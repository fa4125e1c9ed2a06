// @vitest-environment happy-dom
import { act, StrictMode, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import type { RealtimeManager } from 'switchboard-realtime';
import { RealtimeProvider, usePresence } from 'switchboard-realtime/react';
import { createRealtimeManager, openLab, quick, type Lab } from '../../support/lab.js';
import { turn } from '../../support/scriptedEngine.js';
import { Recorder } from '../../support/until.js';

const MOUNTS = 1_000;
const CALLS = 5;
/** Of one channel on one socket: heartbeat, join, presence and their like. */
const MOST_DEADLINES = 8;

let lab: Lab;

beforeAll(async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  lab = await openLab({ seed: false });
});

afterAll(async () => {
  await lab.close();
  vi.unstubAllGlobals();
});

/** What went out over it. */
const sent: string[] = [];

class RecordedSocket extends WebSocket {
  override send(data: string | Buffer): void {
    sent.push(String(data));
    super.send(data);
  }
}

interface Person {
  name: string;
}

function People(): ReactNode {
  const { members, me } = usePresence<Person>('salon', { key: 'ours', track: { name: 'Us' } });
  return <p>{`${members.length} ${me?.payload.name ?? ''}`}</p>;
}

function heldBy(manager: RealtimeManager): Record<string, unknown> {
  const { channels, statusListeners, core } = manager.stats();
  return { channels, statusListeners, sockets: core?.sockets, onServer: core?.channels };
}

// A loaded machine may take its time.
vi.setConfig({ testTimeout: 120_000 });

it('a thousand mounts in StrictMode leave nothing behind, call the server five times at most, and nobody sees them', async () => {
  const witness = createRealtimeManager(quick(lab.backend));
  const seen = new Recorder<string>();
  const salon = witness.channel<{ __untyped: true }, Person>('salon');
  salon.onPresence(({ joins, updates, leaves }) => {
    for (const { key } of joins) seen.push(`join ${key}`);
    for (const { key } of updates) seen.push(`update ${key}`);
    for (const { key } of leaves) seen.push(`leave ${key}`);
  });
  const manager = createRealtimeManager(quick(lab.backend, { transport: RecordedSocket }));
  const host = document.createElement('div');
  const root = createRoot(host);
  const show = (isShown: boolean): Promise<void> =>
    act(async () => {
      root.render(
        <StrictMode>
          <RealtimeProvider manager={manager}>{isShown && <People />}</RealtimeProvider>
        </StrictMode>,
      );
      await turn();
    });
  const untilShown = (): Promise<void> =>
    vi.waitFor(async () => {
      await act(turn);
      expect(host.textContent).toBe('1 Us');
    }, 60_000);

  await show(true);
  await untilShown();
  await seen.first('our join', (what) => what === 'join ours');
  const before = heldBy(manager);
  for (let mount = 1; mount < MOUNTS; mount += 1) {
    await show(false);
    await show(true);
  }
  await untilShown();
  expect(heldBy(manager)).toEqual(before);
  expect(manager.stats().core?.deadlines).toBeLessThanOrEqual(MOST_DEADLINES);
  // Whatever was sent has arrived by then.
  await manager.channel('salon').send('done', {}, { ack: true });
  expect(seen.items).toEqual(['join ours']);
  const calls = sent.filter((frame) => frame.includes('"track"') || frame.includes('"untrack"'));
  expect(calls.length).toBeGreaterThan(0);
  expect(calls.length).toBeLessThanOrEqual(CALLS);
  expect(sent.filter((frame) => frame.includes('phx_join'))).toHaveLength(1);

  await act(async () => {
    root.unmount();
    await turn();
  });
  await Promise.all([manager.dispose(), witness.dispose()]);
});
