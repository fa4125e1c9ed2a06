// @vitest-environment happy-dom
import { act, lazy, StrictMode, Suspense } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RealtimeProvider } from 'switchboard-realtime/react';
import { Everything, LateEverything } from './support/everything.js';
import { turn } from '../support/scriptedEngine.js';
import { RecordingClient, Stage } from './support/stage.js';

const setup = { queryClient: new RecordingClient(), toaster: () => undefined };
let stage: Stage;

beforeEach(() => {
  stage = new Stage(setup);
});

afterEach(async () => {
  await stage.close();
  vi.restoreAllMocks();
});

describe('in the browser', () => {
  it('what a server has rendered is taken over without a mismatch', async () => {
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const tree = (
      <StrictMode>
        <RealtimeProvider manager={stage.bench.manager} {...setup}>
          <Everything />
        </RealtimeProvider>
      </StrictMode>
    );
    const container = document.createElement('div');
    container.innerHTML = renderToString(tree);
    document.body.append(container);
    // React 18 warns that useLayoutEffect does nothing on a server: here is a document, so it is not known to be one.
    complaints.mockClear();
    const mismatches: unknown[] = [];
    const root = await act(async () => {
      const made = hydrateRoot(container, tree, { onRecoverableError: (error) => mismatches.push(error) });
      await turn();
      return made;
    });
    expect(mismatches).toEqual([]);
    expect(complaints.mock.calls).toEqual([]);
    expect(container.querySelector('[data-state]')?.getAttribute('data-state')).toBe('connecting');
    // Live rows may have been fetched already.
    expect(container.querySelector('p')?.textContent).toMatch(
      /^pending false pending connecting 0 (?:loading|polling) pending$/,
    );
    await stage.open();
    // Bookings, their inserts, clients, staff, orders.
    expect(stage.bench.manager.stats().subscriptions).toBe(5);
    await act(async () => {
      root.unmount();
      await turn();
    });
    expect(stage.bench.manager.stats()).toMatchObject({ subscriptions: 0, statusListeners: 0 });
    container.remove();
  });

  it('a component that Suspense holds back subscribes when it is there', async () => {
    await stage.render(<LateEverything />, true);
    await stage.until(() => {
      expect(stage.text).toContain('Connecting');
    });
    expect(stage.bench.manager.stats().subscriptions).toBe(5);
  });

  it('a component that is rendered but never mounted subscribes to nothing', async () => {
    const Never = lazy(() => new Promise<{ default: () => null }>(() => undefined));
    await stage.render(
      <Suspense fallback="waiting">
        <Everything />
        <Never />
      </Suspense>,
    );
    expect(stage.text).toBe('waiting');
    expect(stage.bench.manager.stats().subscriptions).toBe(0);
  });
});
