import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { renderToPipeableStream, renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest';
import { createRealtimeManager, type RealtimeManager } from 'switchboard-realtime';
import { RealtimeProvider } from 'switchboard-realtime/react';
import { Everything, LateEverything } from './support/everything.js';
import { RecordingClient } from './support/stage.js';

class NoSocket {
  constructor() {
    throw new Error('a socket was opened');
  }
}

const options = { url: 'https://ref.supabase.co', apikey: 'anon', transport: NoSocket };
const setup = { queryClient: new RecordingClient(), toaster: () => undefined };
let complaints: MockInstance;

beforeEach(() => {
  complaints = vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

afterEach(() => {
  expect(complaints.mock.calls).toEqual([]);
  vi.restoreAllMocks();
});

function expectUntouched(manager: RealtimeManager): void {
  const { subscriptions, statusListeners, pageListeners, core } = manager.stats();
  expect({ subscriptions, statusListeners, pageListeners, core }).toEqual({
    subscriptions: 0,
    statusListeners: 0,
    pageListeners: 0,
    core: null,
  });
}

describe('on a server', () => {
  it('rendering starts nothing, whether the manager is given or made by the provider', () => {
    const manager = createRealtimeManager(options);
    const given = renderToString(
      <RealtimeProvider manager={manager} {...setup}>
        <Everything />
      </RealtimeProvider>,
    );
    expectUntouched(manager);
    const made = renderToString(
      <RealtimeProvider options={options} {...setup}>
        <Everything />
      </RealtimeProvider>,
    );
    expect(made).toBe(given);
    expect(given).toContain('pending false undefined idle 0 loading undefined');
    expect(given).toContain('Realtime: Idle');
    // A policy without 'unsafe-inline' forbids style attributes that come with the page.
    expect(given).not.toContain('style=');
  });

  it('it streams through Suspense', async () => {
    const manager = createRealtimeManager(options);
    const { pipe } = renderToPipeableStream(
      <RealtimeProvider manager={manager} {...setup}>
        <LateEverything />
      </RealtimeProvider>,
    );
    expect(await text(pipe(new PassThrough()))).toContain('Realtime: Idle');
    expectUntouched(manager);
  });

  it('importing leaves nothing behind that would keep the process alive', async () => {
    const program = `
      await import('switchboard-realtime/react');
      await import('switchboard-realtime/react/sonner');
      const kinds = process.getActiveResourcesInfo().filter((kind) => /Timeout|Immediate|TCP|Message|Worker/.test(kind));
      process.stdout.write(JSON.stringify(kinds));`;
    const args = ['--input-type=module', '--eval', program];
    // That it comes back at all shows that it ended by itself.
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname });
    expect(stdout).toBe('[]');
  });

  it.each(['switchboard-realtime/react', 'switchboard-realtime/react/sonner'])(
    '%s is marked as client code',
    (name) => {
      const code = readFileSync(createRequire(import.meta.url).resolve(name), 'utf8');
      expect(code.startsWith("'use client';")).toBe(true);
    },
  );
});
