import { createClient } from '@supabase/supabase-js';
import WebSocket from 'ws';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  createRealtimeManager,
  equals,
  realtimeManager,
  type ChangeCount,
  type ChangePayload,
  type DeletePayload,
  type FilterText,
  type InsertPayload,
  type TruncatePayload,
  type RealtimeManager,
  type StatusSnapshot,
  type UpdatePayload,
} from 'switchboard-realtime';

// The shape that `supabase gen types typescript` writes.
type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

type Database = {
  __InternalSupabase: { PostgrestVersion: '13' };
  public: {
    Tables: {
      bookings: {
        Row: { id: number; business_id: string; amount: number | null };
        Insert: { id?: number; business_id: string; amount?: number | null };
        Update: { id?: number };
        Relationships: [];
      };
      documents: {
        Row: { id: number; tags: string[] | null; details: Json; more: Json | null; address: unknown };
        Insert: { id: number };
        Update: { id?: number };
        Relationships: [];
      };
      clients: {
        Row: { id: number; name: string };
        Insert: { name: string };
        Update: { name?: string };
        Relationships: [];
      };
    };
    Views: { everything: { Row: { id: number } } };
    Functions: { now: { Args: never; Returns: string } };
  };
  audit: { Tables: { entries: { Row: { at: string }; Insert: { at: string }; Update: { at: string } } } };
};
type Booking = Database['public']['Tables']['bookings']['Row'];

const endpoint = { url: 'https://ref.supabase.co', apikey: 'anon' };
const nothing = (): void => undefined;

describe('with a generated Database type', () => {
  const manager = createRealtimeManager<Database>(endpoint);
  // Never run: the compiler is what is tested.
  const unrun = (_: () => void): void => undefined;

  it('rows have the type of their table, by kind of change', () => {
    unrun(() => {
      manager.subscribe({ table: 'bookings' }, (payload) => {
        expectTypeOf(payload).toEqualTypeOf<ChangePayload<Booking>>();
        if (payload.eventType === 'INSERT') expectTypeOf(payload.new.amount).toEqualTypeOf<number | null>();
        if (payload.eventType === 'DELETE') expectTypeOf(payload.old.amount).toEqualTypeOf<number | null | undefined>();
        // @ts-expect-error the payload is shared by all subscribers
        if (payload.eventType === 'INSERT') payload.new.amount = 1;
      });
      manager.subscribe({ table: 'bookings', event: 'INSERT' }, (payload) => {
        expectTypeOf(payload).toEqualTypeOf<InsertPayload<Booking>>();
      });
      manager.subscribe({ schema: 'audit', table: 'entries', event: 'DELETE' }, (payload) => {
        expectTypeOf(payload).toEqualTypeOf<DeletePayload<{ at: string }>>();
      });
      manager.subscribe({ table: 'bookings', select: ['id'] }, (payload) => {
        if (payload.eventType !== 'INSERT') return;
        expectTypeOf(payload.new.id).toEqualTypeOf<number>();
        expectTypeOf(payload.new.business_id).toEqualTypeOf<string | undefined>();
      });
      manager.subscribe({ table: '*' }, (payload) => {
        expectTypeOf(payload).toEqualTypeOf<ChangePayload>();
      });
    });
  });

  it('onEvent gets what the delivery says', () => {
    unrun(() => {
      manager.subscribe({ table: 'bookings', delivery: { mode: 'batch', everyMs: 100 } }, (changes) => {
        expectTypeOf(changes).toEqualTypeOf<readonly ChangePayload<Booking>[]>();
      });
      const event = 'INSERT';
      manager.subscribe(
        { table: 'bookings', event, delivery: { mode: 'latest', everyMs: 100, key: 'id' } },
        (changes) => {
          expectTypeOf(changes).toEqualTypeOf<readonly InsertPayload<Booking>[]>();
        },
      );
      manager.subscribe({ table: '*', delivery: { mode: 'debounce', waitMs: 50, payload: false } }, (changes) => {
        expectTypeOf(changes).toEqualTypeOf<ChangeCount>();
      });
      manager.subscribe({ table: 'bookings', delivery: { mode: 'each', payload: false } }, (changes) => {
        expectTypeOf(changes).toEqualTypeOf<ChangeCount>();
      });
      for (const delivery of ['each', { mode: 'each' }, { mode: 'each', payload: true }] as const) {
        manager.subscribe({ table: 'bookings', delivery }, (change) => {
          expectTypeOf(change).toEqualTypeOf<ChangePayload<Booking>>();
        });
      }
      manager.subscribe(
        { table: 'bookings', delivery: { mode: 'batch', everyMs: 1, payload: Math.random() > 2 } },
        (got) => {
          expectTypeOf(got).toEqualTypeOf<ChangeCount | readonly ChangePayload<Booking>[]>();
        },
      );
      manager.subscribe({ table: 'bookings', delivery: { mode: 'throttle', everyMs: 1 } }, (changes) => {
        // @ts-expect-error an array comes
        String(changes.eventType);
      });
      // @ts-expect-error every mode has its own options
      manager.subscribe({ table: 'bookings', delivery: { mode: 'throttle', waitMs: 1 } }, nothing);
      // @ts-expect-error everyMs is missing
      manager.subscribe({ table: 'bookings', delivery: { mode: 'batch' } }, nothing);
    });
  });

  it('live rows have the type of their table', () => {
    unrun(() => {
      const fetch = (): Promise<Booking[]> => Promise.resolve([]);
      const live = manager.liveRows({ table: 'bookings', key: 'id', filter: 'id=gt.5', orderBy: 'amount', fetch });
      expectTypeOf(live.rows()).toEqualTypeOf<readonly Booking[]>();
      const fetchPart = (): Promise<{ id: number }[]> => Promise.resolve([]);
      const part = manager.liveRows({ table: 'bookings', key: 'id', select: ['id'], fetch: fetchPart });
      expectTypeOf(part.rows()[0]?.business_id).toEqualTypeOf<string | undefined>();
      // @ts-expect-error no such table
      manager.liveRows({ table: 'booking', key: 'id', fetch });
      // @ts-expect-error no such column
      manager.liveRows({ table: 'bookings', key: 'uid', fetch });
      // @ts-expect-error no such column
      manager.liveRows({ table: 'bookings', key: 'id', orderBy: 'price', fetch });
      const untyped = realtimeManager.liveRows({ table: 'anything', key: 'id', fetch });
      expectTypeOf(untyped.rows()).toEqualTypeOf<readonly Booking[]>();
    });
  });

  it('tables, schemas, columns, events and filters are checked', () => {
    unrun(() => {
      // @ts-expect-error no such table
      manager.subscribe({ table: 'booking' }, nothing);
      // @ts-expect-error a view can not be in a publication
      manager.subscribe({ table: 'everything' }, nothing);
      // @ts-expect-error no such schema
      manager.subscribe({ schema: 'privat', table: 'bookings' }, nothing);
      // @ts-expect-error a table of another schema
      manager.subscribe({ schema: 'audit', table: 'bookings' }, nothing);
      // @ts-expect-error no such event
      manager.subscribe({ table: 'bookings', event: 'TRUNCATE' }, nothing);
      // @ts-expect-error no such column
      manager.subscribe({ table: 'bookings', select: ['nme'] }, nothing);
      // @ts-expect-error no such column
      manager.subscribe({ table: 'bookings', filter: 'name=eq.5' }, nothing);
      // @ts-expect-error no such operator
      manager.subscribe({ table: 'bookings', filter: 'id=equals.5' }, nothing);
      // @ts-expect-error no such option
      manager.subscribe({ table: 'bookings', fliter: 'id=eq.5' }, nothing);
      const businessId = String(Math.random());
      manager.subscribe({ table: 'bookings', filter: `business_id=eq.${businessId}` }, nothing);
      manager.subscribe({ table: 'bookings', filter: `amount=not.is.null,business_id=eq.${businessId}` }, nothing);
      manager.subscribe({ table: 'bookings', filter: businessId as FilterText<Booking> }, nothing);
      manager.subscribe({ table: 'bookings', filter: equals('business_id', businessId) }, nothing);
      // @ts-expect-error no such column
      manager.subscribe({ table: 'bookings', filter: equals('name', businessId) }, nothing);
      manager.subscribe({ table: 'bookings', filter: undefined, event: undefined, select: undefined }, nothing);
    });
  });

  it('filters on arrays and json are refused, since the server can not evaluate them', () => {
    unrun(() => {
      // @ts-expect-error an array column
      manager.subscribe({ table: 'documents', filter: 'tags=eq.{a}' }, nothing);
      // @ts-expect-error a json column
      manager.subscribe({ table: 'documents', filter: 'details=is.null' }, nothing);
      // @ts-expect-error json or null
      manager.subscribe({ table: 'documents', filter: equals('more', 'x') }, nothing);
      // @ts-expect-error an array column
      manager.liveRows({ table: 'documents', key: 'id', filter: 'tags=not.is.null', fetch: () => Promise.resolve([]) });
      // A type that the generator does not know, such as inet.
      manager.subscribe({ table: 'documents', filter: 'address=eq.10.0.0.1' }, nothing);
    });
  });

  it('tracked tables and their columns are checked', () => {
    unrun(() => {
      createRealtimeManager<Database>({
        ...endpoint,
        tables: { bookings: { by: 'business_id', topic: 'shop' }, clients: {}, entries: { schema: 'audit', by: 'at' } },
      });
      // @ts-expect-error no such table
      createRealtimeManager<Database>({ ...endpoint, tables: { booking: {} } });
      // @ts-expect-error no such column
      createRealtimeManager<Database>({ ...endpoint, tables: { bookings: { by: 'business' } } });
      // @ts-expect-error a table of another schema
      createRealtimeManager<Database>({ ...endpoint, tables: { entries: {} } });
      // @ts-expect-error a view has no changes
      createRealtimeManager<Database>({ ...endpoint, tables: { everything: {} } });
      createRealtimeManager({ ...endpoint, tables: { anything: { by: 'any', schema: 'where' } } });
      manager.subscribe({ table: 'bookings', via: 'broadcast', leaving: 'both', from: { number: 4 } }, (change) => {
        expectTypeOf(change.number).toEqualTypeOf<number | undefined>();
      });
      // @ts-expect-error no such way
      manager.liveRows({ table: 'bookings', key: 'id', via: 'fast', fetch: () => Promise.resolve([]) });
      // @ts-expect-error all tables are not tracked
      manager.subscribe({ table: '*', via: 'broadcast' }, nothing);
    });
  });

  it('takes a supabase-js client', () => {
    const supabase = createClient<Database>('https://ref.supabase.co', 'anon', {
      auth: { persistSession: false },
      realtime: { transport: WebSocket as unknown as typeof globalThis.WebSocket },
    });
    expectTypeOf(createRealtimeManager<Database>({ supabase })).toEqualTypeOf<RealtimeManager<Database>>();
    // @ts-expect-error either a client or a url
    expect(() => createRealtimeManager({ supabase, url: 'https://x', apikey: 'y' })).toThrow(/comes from/);
  });
});

describe('without a Database type', () => {
  it('everything is usable, and rows can be given a type', () => {
    const unrun = (): void => {
      realtimeManager.subscribe({ table: 'anything', filter: 'a=eq.1', select: ['a'] }, (payload) => {
        expectTypeOf(payload).toEqualTypeOf<ChangePayload>();
        if (payload.eventType === 'INSERT') expectTypeOf(payload.new.anything).toEqualTypeOf<unknown>();
      });
      realtimeManager.subscribe<Booking>({ table: 'bookings', event: 'INSERT' }, (payload) => {
        if (payload.eventType === 'INSERT') expectTypeOf(payload.new).toEqualTypeOf<Readonly<Booking>>();
      });
      realtimeManager.subscribe({ table: 'bookings', event: 'INSERT' }, (payload: InsertPayload<Booking>) => {
        expectTypeOf(payload.new.id).toEqualTypeOf<number>();
      });
      realtimeManager.subscribe({ table: 'bookings' }, (payload: ChangePayload<Booking>) => {
        expectTypeOf(payload.eventType).toEqualTypeOf<'INSERT' | 'UPDATE' | 'DELETE' | 'TRUNCATE'>();
      });
      // The compiler orders a union's members by when it first met them, or by name; the row must not depend on that.
      interface Refund {
        id: number;
      }
      type Refunded = DeletePayload<Refund> | InsertPayload<Refund> | UpdatePayload<Refund> | TruncatePayload;
      realtimeManager.subscribe({ table: 'refunds' }, (payload: Refunded) => {
        expectTypeOf(payload.eventType).toEqualTypeOf<'INSERT' | 'UPDATE' | 'DELETE' | 'TRUNCATE'>();
      });
      const delivery = { mode: 'batch', everyMs: 100 } as const;
      realtimeManager.subscribe({ table: 'bookings', delivery }, (changes: readonly ChangePayload<Booking>[]) => {
        expectTypeOf(changes.length).toEqualTypeOf<number>();
      });
      // @ts-expect-error no such option
      realtimeManager.subscribe({ table: 'bookings', fliter: 'x' }, nothing);
    };
    expectTypeOf(unrun).toBeFunction();
    expectTypeOf(realtimeManager.status()).toEqualTypeOf<StatusSnapshot>();
  });
});
