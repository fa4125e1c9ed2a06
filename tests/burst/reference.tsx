import { RealtimeClient, type RealtimeChannel } from '@supabase/realtime-js';
import { createContext, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { FetchPage, FetchRequest, LiveRowsStatus, ManagerOptions } from 'switchboard-realtime';

// What the dashboard imports from the package, on the reference client, in the way its documentation shows: a channel for each use, each change
// put into the state when it comes. Only for the comparison; the page around it is the same.

interface Row {
  id: number | string;
}

interface Change {
  eventType: 'INSERT' | 'UPDATE' | 'DELETE';
  new: Row;
  old: Row;
  commit_timestamp: string;
}

interface Interest {
  table: string;
  filter?: string;
}

interface Manager {
  client: RealtimeClient;
  ready(): void;
  stats(): object;
  status(): typeof LIVE;
  onStatusChange(): () => void;
  reconnectAll(): void;
}

const counters = { framesIn: 0, conflated: 0 };
let topics = 0;

export function createRealtimeManager({ url, apikey }: ManagerOptions & { url: string; apikey: string }): Manager {
  const client = new RealtimeClient(url, { params: { apikey } });
  return {
    client,
    ready: () => undefined,
    stats: () => ({ core: null, counters, eventCalls: counters.framesIn, gaps: { opened: 0 } }),
    status: () => LIVE,
    onStatusChange: () => () => undefined,
    reconnectAll: () => undefined,
  };
}

interface Invalidating {
  invalidateQueries(filters: { queryKey: readonly unknown[] }): Promise<unknown>;
}

const Setup = createContext<{ manager: Manager; queryClient: Invalidating } | null>(null);

export function RealtimeProvider(props: { manager: Manager; queryClient: Invalidating; children: ReactNode }) {
  const { manager, queryClient, children } = props;
  const value = useMemo(() => ({ manager, queryClient }), [manager, queryClient]);
  return <Setup.Provider value={value}>{children}</Setup.Provider>;
}

function useSetup() {
  const setup = useContext(Setup);
  if (setup === null) throw new Error('there is no provider');
  return setup;
}

export const useRealtimeManager = (): Manager => useSetup().manager;

function listen(
  { client }: Manager,
  { table, filter }: Interest,
  onChange: (change: Change) => void,
  onLive: () => void = () => undefined,
): () => void {
  topics += 1;
  const binding = { event: '*' as const, schema: 'public', table, ...(filter === undefined ? {} : { filter }) };
  const channel: RealtimeChannel = client.channel(`${table}:${String(topics)}`);
  channel
    .on('postgres_changes', binding, (payload) => {
      counters.framesIn += 1;
      onChange(payload as unknown as Change);
    })
    .on('system', {}, ({ status }: { status: string }) => {
      if (status === 'ok') onLive();
    })
    .subscribe();
  return () => void channel.unsubscribe();
}

interface RowsOptions extends Interest {
  orderBy: readonly ({ column: string; ascending?: boolean } | string)[];
  fetch: (request: FetchRequest) => Promise<FetchPage<Row>>;
}

export function useLiveRows(options: RowsOptions) {
  const manager = useRealtimeManager();
  const { table, filter } = options;
  const [rows, setRows] = useState<readonly Row[]>([]);
  const [isLive, setLive] = useState(false);
  const latest = useRef(options);
  useEffect(() => {
    const [order] = latest.current.orderBy;
    const column = typeof order === 'object' ? order.column : 'id';
    const sorted = (list: Row[]): Row[] => list.sort((a, b) => (valueOf(a, column) < valueOf(b, column) ? 1 : -1));
    const binding = filter === undefined ? { table } : { table, filter };
    return listen(
      manager,
      binding,
      (change) => {
        setRows((before) => {
          const { id } = change.eventType === 'DELETE' ? change.old : change.new;
          const others = before.filter((row) => row.id !== id);
          return change.eventType === 'DELETE' ? others : sorted([...others, change.new]);
        });
      },
      () => {
        void latest.current.fetch({ cursor: null, signal: new AbortController().signal }).then((page) => {
          setRows(sorted([...page.rows]));
          setLive(true);
        });
      },
    );
  }, [manager, table, filter]);
  const state: LiveRowsStatus['state'] = isLive ? 'live' : 'loading';
  return useMemo(
    () => ({ rows, status: { state, code: 'OK', message: '' }, refresh: () => Promise.resolve() }),
    [rows, state],
  );
}

function valueOf(row: Row, column: string): string {
  return String((row as unknown as Record<string, unknown>)[column]);
}

export function useSubscription({ table, filter }: Interest, onEvent: (changes: readonly Change[]) => void) {
  const manager = useRealtimeManager();
  const [isLive, setLive] = useState(false);
  const latest = useRef(onEvent);
  useEffect(() => {
    latest.current = onEvent;
  });
  useEffect(() => {
    const binding = filter === undefined ? { table } : { table, filter };
    return listen(
      manager,
      binding,
      (change) => {
        latest.current([change]);
      },
      () => {
        setLive(true);
      },
    );
  }, [manager, table, filter]);
  return { state: isLive ? 'live' : 'joining' };
}

const tables = {
  bookings: 'bookings',
  payments: 'payment_transactions',
  clients: 'clients',
  staff: 'staff',
  'staff-attendance': 'staff_attendance',
  'admin-alerts': 'admin_alerts',
};

export function useRealtime({ businessId }: { businessId: string }): void {
  const { manager, queryClient } = useSetup();
  useEffect(() => {
    const ends = Object.entries(tables).map(([key, table]) =>
      listen(manager, { table, filter: `business_id=eq.${businessId}` }, () => {
        void queryClient.invalidateQueries({ queryKey: [key, businessId] });
      }),
    );
    return () => {
      for (const end of ends) end();
    };
  }, [manager, queryClient, businessId]);
}

const NOBODY = { others: [], status: undefined };

/** Who else is here is not part of the comparison. */
export function usePresence() {
  return NOBODY;
}

export function RealtimeConnectionStatus() {
  return <span>Reference</span>;
}

const LIVE = { overall: 'live', since: 0 };

export function useConnectionStatus<Selected>(select: (status: typeof LIVE) => Selected): Selected {
  return select(LIVE);
}
