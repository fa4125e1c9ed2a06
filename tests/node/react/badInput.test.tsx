// @vitest-environment happy-dom
import { Component, type ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest';
import {
  createRealtimeHook,
  RealtimeConnectionStatus,
  RealtimeProvider,
  useBroadcast,
  useChannel,
  useConnectionStatus,
  useLiveRows,
  usePresence,
  useQueryInvalidation,
  useRealtime,
  useRealtimeManager,
  useSubscription,
  type HookChannelOptions,
  type RealtimeProviderProps,
} from 'switchboard-realtime/react';
import { RecordingClient, Stage } from './support/stage.js';

let stage: Stage;
let complaints: MockInstance;

// React 18 learns of errors from the window's `error` event, which happy-dom sends only on request.
const { happyDOM } = window as unknown as { happyDOM: { settings: Record<string, unknown> } };
Object.assign(happyDOM.settings, { disableErrorCapturing: false, errorCapture: 'tryAndCatch' });

beforeEach(() => {
  complaints = vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

afterEach(async () => {
  await stage.close();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Shows the message of what its children throw. */
class Boundary extends Component<{ children: ReactNode }, { message: string | null }> {
  override state: { message: string | null } = { message: null };

  static getDerivedStateFromError(error: unknown): { message: string } {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    return this.state.message ?? this.props.children;
  }
}

const nothing = (): void => undefined;
const useBroken = createRealtimeHook({ name: 'useShop', features: { orders: {} as { table: string } } });
const business = (more: object): Parameters<typeof useRealtime>[0] => ({
  businessId: 7,
  enableBookings: true,
  ...more,
});

const options = { url: 'https://ref.invalid', apikey: 'key' };
const providerProps = (props: object): RealtimeProviderProps => props as RealtimeProviderProps;

interface Mistake {
  /** Null: no provider. */
  setup: 'none' | 'bare' | 'all';
  Use: () => ReactNode;
  message: RegExp;
}

const noProvider = (name: string): RegExp => new RegExp(`^${name}: there is no RealtimeProvider above .* Wrap `);

const mistakes: Record<string, Mistake> = {
  'RealtimeConnectionStatus without a provider': {
    setup: 'none',
    Use: () => <RealtimeConnectionStatus />,
    message: noProvider('RealtimeConnectionStatus'),
  },
  'useRealtime without a provider': {
    setup: 'none',
    Use: () => useRealtime(business({ enableBookings: false })).connectionStatus.bookings,
    message: noProvider('useRealtime'),
  },
  'useSubscription without a provider': {
    setup: 'none',
    Use: () => useSubscription({ table: 'a' }, nothing)?.state,
    message: noProvider('useSubscription'),
  },
  'useLiveRows without a provider': {
    setup: 'none',
    Use: () => useLiveRows({ table: 'a', key: 'id', fetch: () => Promise.resolve([{ id: 1 }]) }).status.state,
    message: noProvider('useLiveRows'),
  },
  'useConnectionStatus without a provider': {
    setup: 'none',
    Use: () => useConnectionStatus().overall,
    message: noProvider('useConnectionStatus'),
  },
  'useChannel without a provider': {
    setup: 'none',
    Use: () => useChannel('room').status?.state,
    message: noProvider('useChannel'),
  },
  'useBroadcast without a provider': {
    setup: 'none',
    Use: () => typeof useBroadcast('room'),
    message: noProvider('useBroadcast'),
  },
  'usePresence without a provider': {
    setup: 'none',
    Use: () => usePresence('room', { track: { name: 'Ana' } }).members.length,
    message: noProvider('usePresence'),
  },
  'useChannel with an empty name': {
    setup: 'bare',
    Use: () => useChannel('').status?.state,
    message: /^useChannel: `name` must be text/,
  },
  'useChannel with an unknown option': {
    setup: 'bare',
    Use: () => useChannel('room', { privat: true } as HookChannelOptions).status?.state,
    message: /^useChannel: .*Did you mean `private`/,
  },
  'useChannel with a handler that is none': {
    setup: 'bare',
    Use: () => useChannel('room', {}, { note: 'x' as never }).status?.state,
    message: /^useChannel: `note` must be a function/,
  },
  'usePresence with what can not be JSON': {
    setup: 'bare',
    Use: () => usePresence('room', { track: { count: 1n } }).members.length,
    message: /^usePresence: .*can't be JSON/,
  },
  'useRealtimeManager without a provider': {
    setup: 'none',
    Use: () => useRealtimeManager().status().overall,
    message: noProvider('useRealtimeManager'),
  },
  'useRealtime without a businessId': {
    setup: 'all',
    Use: () => useRealtime(business({ businessId: undefined })).connectionError,
    message: /^useRealtime: `businessId` is missing\. Pass it, useRealtime\(\{ businessId, … \}\), or null while/,
  },
  'useRealtime with an empty businessId': {
    setup: 'all',
    Use: () => useRealtime(business({ businessId: '' })).connectionError,
    message: /^useRealtime: `businessId` is missing/,
  },
  'useRealtime without a query client': {
    setup: 'bare',
    Use: () => useRealtime(business({})).connectionStatus.bookings,
    message:
      /^useRealtime: the feature 'bookings' has query keys, but there is no query client\. Pass .*queryClient=\{/,
  },
  'useRealtime with toasts and without a toaster': {
    setup: 'bare',
    Use: () => useRealtime(business({ showToasts: true })).connectionStatus.bookings,
    message: /^useRealtime: (the feature 'bookings' has query keys|`showToasts` is set, but .*toaster=\{)/,
  },
  'a feature without a table': {
    setup: 'all',
    Use: () => useBroken({ enableOrders: true }).connectionError,
    message: /^useShop: the feature 'orders' has no table\. Name it in createRealtimeHook: /,
  },
  'useRealtime with an option that it does not know': {
    setup: 'all',
    Use: () => useRealtime(business({ enableBooking: true })).connectionStatus.bookings,
    message: /^useRealtime: the hook has no option `enableBooking`\. Did you mean `enableBookings`\?/,
  },
  'useRealtime with a switch that is text': {
    setup: 'all',
    Use: () => useRealtime(business({ enableClients: 'yes' })).connectionStatus.bookings,
    message: /^useRealtime: `enableClients` must be true or false, not "yes"/,
  },
  'useRealtime with toasts that are a number': {
    setup: 'all',
    Use: () => useRealtime(business({ showToasts: 1 })).connectionStatus.bookings,
    message: /^useRealtime: `showToasts` must be true or false, not 1/,
  },
  'useSubscription without a callback': {
    setup: 'all',
    Use: () => useSubscription({ table: 'a' }, undefined as unknown as () => void)?.state,
    message: /^useSubscription: `onEvent` must be a function, not undefined: the second argument of useSubscription/,
  },
  'useConnectionStatus with a selector that is text': {
    setup: 'all',
    Use: () => (useConnectionStatus('overall' as unknown as () => string) as unknown as { overall: string }).overall,
    message: /^useConnectionStatus: `selector` must be a function, not a string/,
  },
  'RealtimeProvider with neither options nor a manager': {
    setup: 'none',
    Use: () => <RealtimeProvider {...providerProps({ manager: null })} />,
    message: /^RealtimeProvider takes either `options=.*, or `manager=/,
  },
  'RealtimeProvider with both': {
    setup: 'none',
    Use: () => <RealtimeProvider {...providerProps({ options, manager: stage.bench.manager })} />,
    message: /^RealtimeProvider takes either `options=.*, or `manager=/,
  },
  "RealtimeProvider with options that can't work": {
    setup: 'none',
    Use: () => <RealtimeProvider {...providerProps({ options: { ...options, apikey: '' } })} />,
    message: /^RealtimeProvider: `apikey` must be text/,
  },
  'useQueryInvalidation without a query client': {
    setup: 'bare',
    Use: () => useQueryInvalidation({ table: 'a', queryKeys: [['a']] })?.state,
    message: /^useQueryInvalidation: there is no query client\. Pass .*queryClient=\{/,
  },
  'useQueryInvalidation without a table': {
    setup: 'all',
    Use: () =>
      useQueryInvalidation({ queryKeys: [['a']] } as unknown as { table: string; queryKeys: string[][] })?.state,
    message: /^useQueryInvalidation: .*table.* is missing/,
  },
  'useSubscription without a table': {
    setup: 'all',
    Use: () => useSubscription({} as { table: string }, nothing)?.state,
    message: /^useSubscription: .*table.* is missing/,
  },
  'useSubscription with a broken filter': {
    setup: 'all',
    Use: () => useSubscription({ table: 'a', filter: 'nonsense' }, nothing)?.state,
    message: /^useSubscription: `filter` can't be read/,
  },
  'useLiveRows without a key': {
    setup: 'all',
    Use: () =>
      useLiveRows({ table: 'a', fetch: nothing } as unknown as {
        table: string;
        key: 'id';
        fetch: () => Promise<{ id: 1 }[]>;
      }).status.state,
    message: /^useLiveRows: .*key/,
  },
};

async function show({ setup, Use }: Mistake): Promise<void> {
  stage = new Stage(setup === 'all' ? { queryClient: new RecordingClient(), toaster: nothing } : {});
  const page = (
    <>
      <p>the rest of the page</p>
      <Boundary>
        <Use />
      </Boundary>
    </>
  );
  await (setup === 'none' ? stage.renderBare(page) : stage.render(page));
}

describe('in development', () => {
  it.each(Object.entries(mistakes))('%s is an error that names the component and the fix', async (_, mistake) => {
    await show(mistake);
    expect(stage.text.replace('the rest of the page', '')).toMatch(mistake.message);
  });
});

describe('in production', () => {
  beforeEach(() => {
    vi.stubEnv('NODE_ENV', 'production');
  });

  it.each(Object.entries(mistakes))('%s is reported on the console, and the page lives on', async (name, mistake) => {
    // Not yet reported: each mistake is written once.
    const { Use } = mistake;
    await show({ ...mistake, Use: () => <span data-name={name}>{Use()}</span> });
    expect(stage.host.querySelector('p')?.textContent).toBe('the rest of the page');
    // It has rendered: the boundary shows nothing else.
    expect(stage.host.querySelector('span')).not.toBeNull();
    expect(stage.host.querySelector('span')?.dataset['name']).toBe(name);
  });

  it('says what is wrong where the application can show it, and on the console', async () => {
    const seen: (string | null)[] = [];
    function Use(): ReactNode {
      const shop = useUnreported({ shopId: undefined as unknown as string, enableOrders: true });
      seen.push(shop.connectionError);
      return shop.connectionStatus.orders;
    }
    const useUnreported = createRealtimeHook({
      name: 'useUnreported',
      parameters: ['shopId'],
      features: { orders: { table: 'o' } },
    });
    await show({ setup: 'all', Use, message: /./ });
    expect(stage.text).toContain('parked');
    expect(seen.at(-1)).toMatch(/^useUnreported: `shopId` is missing/);
    expect(complaints.mock.calls.map(([error]) => String(error))).toEqual([
      expect.stringMatching(/SwitchboardError: useUnreported: `shopId` is missing/),
    ]);
    expect(stage.bench.manager.stats().subscriptions).toBe(0);
  });

  it('a manager that is not there takes every call', async () => {
    let rejected: unknown;
    function Use(): ReactNode {
      const manager = useRealtimeManager();
      const off = manager.onStatusChange(nothing);
      off();
      manager.onGap(nothing)();
      manager.onResync(nothing)();
      manager.unsubscribe(manager.subscribe({ table: 'a' }, nothing));
      const rows = manager.liveRows({ table: 'a', key: 'id', fetch: () => Promise.resolve([{ id: 1 }]) });
      rows.subscribe(nothing)();
      rows.close();
      manager.reconnectAll();
      manager.setAuth(null);
      const room = manager.channel('room', { presence: true });
      room.on('note', nothing)();
      room.onPresence(nothing)();
      room.track({ name: 'Ana' });
      void room.send('note', 1);
      room.close();
      void manager.broadcast('room', 'note', {});
      manager.ready().catch((error: unknown) => (rejected = error));
      void manager.dispose();
      return `${rows.rows().length} ${rows.status().state} ${manager.stats().subscriptions} ${room.presence().length} ${room.status().state}`;
    }
    await show({ setup: 'none', Use, message: /./ });
    expect(stage.text).toContain('0 loading 0 0 closed');
    expect(String(rejected)).toMatch(/no RealtimeProvider/);
  });
});
