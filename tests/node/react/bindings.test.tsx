// @vitest-environment happy-dom
import { act, StrictMode, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChangePayload, RealtimeManager, SubscriptionStatus } from 'switchboard-realtime';
import { RealtimeProvider, useConnectionStatus, useRealtimeManager, useSubscription } from 'switchboard-realtime/react';
import { Bench, changeText, each, subscriptionDelta, turn } from '../support/scriptedEngine.js';

let bench: Bench;
let host: HTMLElement;
let root: Root;

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  bench = new Bench();
  host = document.createElement('div');
  document.body.append(host);
  root = createRoot(host);
});

afterEach(async () => {
  await act(async () => {
    root.unmount();
    await turn();
  });
  await bench.manager.dispose();
  vi.unstubAllGlobals();
});

function manager(): RealtimeManager {
  return bench.manager;
}

/** Renders under a provider and lets effects and callbacks run. */
async function render(children: ReactNode, strict = false): Promise<void> {
  const tree = <RealtimeProvider manager={manager()}>{children}</RealtimeProvider>;
  await act(async () => {
    root.render(strict ? <StrictMode>{tree}</StrictMode> : tree);
    await turn();
  });
}

/** The engine says something. */
async function say(what: () => void): Promise<void> {
  await act(async () => {
    what();
    await turn();
  });
}

describe('useSubscription', () => {
  function Listener({ filter, seen }: { filter?: string | null; seen: ChangePayload[] }): ReactNode {
    const options = filter === null ? null : { table: 'bookings', filter };
    const status = useSubscription(options, (payload) => {
      seen.push(payload);
    });
    return <p>{status?.state ?? 'none'}</p>;
  }

  it('subscribes while it is mounted, and reports its state', async () => {
    const seen: ChangePayload[] = [];
    await render(<Listener seen={seen} />);
    expect(host.textContent).toBe('pending');
    await act(() => bench.open());
    await say(() => {
      bench.engine.status({ subscriptions: [subscriptionDelta(1)] });
    });
    expect(host.textContent).toBe('live');
    await say(() => {
      bench.engine.deliver(each([1], changeText({ id: 5 })));
    });
    expect(seen.map((payload) => payload.new)).toEqual([{ id: 5 }]);
    await render(null);
    expect(bench.engine.commands.at(-1)).toBe('unsubscribe 1');
    expect(bench.manager.stats()).toMatchObject({ subscriptions: 0, statusListeners: 0 });
  });

  it('changes only when its options say something else', async () => {
    const seen: ChangePayload[] = [];
    await render(<Listener filter="id=eq.1" seen={seen} />);
    await act(() => bench.open());
    const before = bench.engine.commands.length;
    await render(<Listener filter="id=eq.1" seen={seen} />);
    expect(bench.engine.commands).toHaveLength(before);
    await render(<Listener filter="id=eq.2" seen={seen} />);
    expect(bench.engine.commands.slice(before)).toEqual([
      'unsubscribe 1',
      'subscribe 2 {"schema":"public","table":"bookings","event":"*","filter":"id=eq.2"}',
    ]);
    await render(<Listener filter={null} seen={seen} />);
    expect(bench.engine.commands.at(-1)).toBe('unsubscribe 2');
    expect(host.textContent).toBe('none');
  });

  it('calls the callback of the latest render', async () => {
    const calls: string[] = [];
    function Counter({ name }: { name: string }): ReactNode {
      useSubscription({ table: 'bookings' }, () => {
        calls.push(name);
      });
      return null;
    }
    await render(<Counter name="first" />);
    await act(() => bench.open());
    await render(<Counter name="second" />);
    await say(() => {
      bench.engine.deliver(each([1], changeText({ id: 5 })));
    });
    expect(calls).toEqual(['second']);
  });

  it('survives StrictMode with one subscription left', async () => {
    await render(<Listener seen={[]} />, true);
    await act(() => bench.open());
    expect(bench.engine.commands).toEqual(['subscribe 2 {"schema":"public","table":"bookings","event":"*"}']);
    expect(bench.manager.stats().subscriptions).toBe(1);
  });

  it('without a provider says what to do', () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(() => renderToString(<Listener seen={[]} />)).toThrow(/RealtimeProvider/);
    error.mockRestore();
  });
});

describe('useConnectionStatus', () => {
  it('renders again only when what was selected has changed', async () => {
    let renders = 0;
    function States(): ReactNode {
      const states = useConnectionStatus(({ subscriptions }) => subscriptions.map((entry) => entry.state));
      renders += 1;
      return <p>{states.join()}</p>;
    }
    bench.manager.subscribe({ table: 'bookings' }, () => undefined);
    await bench.open();
    await render(<States />);
    expect([host.textContent, renders]).toEqual(['pending', 1]);
    await say(() => {
      bench.engine.status({ subscriptions: [subscriptionDelta(1, { state: 'pending', attempts: 1 })] });
    });
    expect(renders).toBe(1);
    await say(() => {
      bench.engine.status({ subscriptions: [subscriptionDelta(1)] });
    });
    expect([host.textContent, renders]).toEqual(['live', 2]);
  });

  it('gives the whole snapshot without a selector', async () => {
    let last: readonly SubscriptionStatus[] = [];
    function Whole(): ReactNode {
      const status = useConnectionStatus();
      last = status.subscriptions;
      return status.overall;
    }
    await render(<Whole />);
    expect(host.textContent).toBe('idle');
    await say(() => void bench.manager.subscribe({ table: 'bookings' }, () => undefined));
    expect(host.textContent).toBe('connecting');
    expect(last).toBe(bench.manager.status().subscriptions);
  });
});

describe('RealtimeProvider', () => {
  const options = { url: 'https://ref.supabase.co', apikey: 'anon' };

  it('with options makes a manager that it disposes of, not before', async () => {
    const made = new Set<RealtimeManager>();
    function Spy(): ReactNode {
      const own = useRealtimeManager();
      made.add(own);
      return own.status().overall;
    }
    const tree = (
      <StrictMode>
        <RealtimeProvider options={options}>
          <Spy />
        </RealtimeProvider>
      </StrictMode>
    );
    await act(async () => {
      root.render(tree);
      await turn();
    });
    const isAlive = (own: RealtimeManager): boolean => {
      try {
        own.onStatusChange(() => undefined)();
        return true;
      } catch {
        return false;
      }
    };
    expect([...made].filter(isAlive).length).toBeGreaterThan(0);
    await act(async () => {
      root.render(null);
      await turn();
    });
    const mounted = [...made].at(-1);
    expect(mounted === undefined || isAlive(mounted)).toBe(false);
  });
});
