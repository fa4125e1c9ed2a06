import type { Surroundings } from './examples.js';

/** Where the dashboard's module is, seen from an example's file. */
const ofDashboard = (text: string): string => text.replace("'./writing/", "'../../web/dashboard/src/writing/");

/** By the name of the example. */
export const surroundings: Readonly<Record<string, Surroundings>> = {
  manager: {
    declare: `
      declare const ownBusiness: string;
      declare const backend: { url: string; anonKey: string };
      declare function untilChange(manager: { ready(): Promise<void> }): Promise<void>;`,
    edit: (text) =>
      text
        .replace("'https://<ref>.supabase.co'", 'backend.url')
        .replace("'<anon or publishable key>'", 'backend.anonKey')
        .replace("'11111111-1111-4111-8111-111111111111'", 'ownBusiness')
        .replace('manager.unsubscribe(id)', 'await untilChange(manager);\n$&'),
  },
  shared: {
    declare: `
      declare const ownBusiness: string;
      declare function untilChange(manager: { ready(): Promise<void> }): Promise<void>;`,
    edit: (text) =>
      text
        .replace("'11111111-1111-4111-8111-111111111111'", 'ownBusiness')
        .replace('// Unsubscribe when done', 'await untilChange(realtimeManager);\n$&'),
  },
  gaps: {
    declare: `
      import type { RealtimeManager, Resync } from 'switchboard-realtime';
      declare const manager: RealtimeManager;
      declare const onEvent: (change: unknown) => void;
      declare const refetch: (signal: AbortSignal) => Promise<void>;`,
  },
  metrics: {
    declare: `
      import type { RealtimeManager } from 'switchboard-realtime';
      declare const manager: RealtimeManager;`,
  },
  record: {
    declare: `
      import type { RealtimeManager } from 'switchboard-realtime';
      declare const manager: RealtimeManager;`,
  },
  inspector: {
    declare: `
      import type { RealtimeManager } from 'switchboard-realtime';
      declare const manager: RealtimeManager;`,
  },
  'open telemetry': {
    declare: `
      import type { RealtimeManager } from 'switchboard-realtime';
      declare const manager: RealtimeManager;`,
    append: 'export { stop };',
  },
  numbered: {
    declare: `
      import { createRealtimeManager, equals, type SupabaseClientLike } from 'switchboard-realtime';
      declare const supabase: SupabaseClientLike;
      declare const businessId: string;`,
    append: 'export { id, manager };',
  },
  'live bookings': {
    declare: `
      import type { RealtimeManager } from 'switchboard-realtime';
      declare const manager: RealtimeManager;
      declare const businessId: string;
      declare const fetchBookings: (businessId: string) => Promise<{ id: number }[]>;`,
    append: 'export { live };',
  },
  'registered types': {
    declare: `
      import { realtimeManager } from 'switchboard-realtime';
      type Table<Row> = { Row: Row; Insert: Row; Update: Row; Relationships: [] };
      type Database = { public: { Tables: { bookings: Table<{ id: number }> } } };
      type Channels = { 'room:*': { events: { note: string } } };`,
    append: `
      export const listen = (): number =>
        realtimeManager.subscribe({ table: 'bookings', event: 'INSERT' }, (change) => {
          change.new.id satisfies number;
          // @ts-expect-error There is no such column.
          change.new.name;
        });
      export const note = (): Promise<void> => {
        // @ts-expect-error No pattern matches.
        realtimeManager.channel('lobby');
        // @ts-expect-error The payload is a text.
        void realtimeManager.broadcast('room:7', 'note', 5);
        return realtimeManager.channel('room:7').send('note', 'hello');
      };`,
    alone: true,
  },
  delivery: {
    declare: `
      import type { RealtimeManager } from 'switchboard-realtime';
      declare const manager: RealtimeManager;`,
  },
  presence: {
    declare: `
      import type { RealtimeManager } from 'switchboard-realtime';
      declare const manager: RealtimeManager;
      declare const businessId: string;`,
  },
  channel: {
    declare: `
      import type { RealtimeManager } from 'switchboard-realtime';
      declare const manager: RealtimeManager;`,
  },
  'channel types': {
    declare: `
      declare const url: string;
      declare const apikey: string;
      declare const roomId: string;`,
    append: 'export { cursors, manager };',
  },
  'channel hooks': { declare: `import { useState } from 'react';` },
  'live rows': {
    declare: `
      import type { SupabaseClient } from '@supabase/supabase-js';
      import type { RealtimeManager } from 'switchboard-realtime';
      declare const manager: RealtimeManager;
      declare const businessId: string;
      declare const supabase: SupabaseClient;`,
    append: 'export { live };',
  },
  provider: {
    declare: `
      declare const url: string;
      declare const apikey: string;
      declare const businessId: string;`,
    append: 'export { queryClient };',
  },
  useRealtime: { append: 'export { MyComponent };' },
  'own hook': {},
  hooks: {
    declare: `
      type Booking = { id: number; client_name: string };
      declare const fetchBookings: () => Promise<Booking[]>;`,
  },
  testing: { declare: 'declare function Bookings(props: { businessId: string }): React.ReactNode;' },
  toaster: { declare: 'declare function showMessage(text: string, options: { id?: string | undefined }): void;' },
  'writing fields': { append: 'export { fields };\nexport type { Booking, Draft };', edit: ofDashboard },
  'writing session': {
    declare: `
      import { fields, type Booking } from './writing-fields.js';
      declare const url: string;
      declare const apikey: string;
      declare const row: Booking;`,
    edit: ofDashboard,
  },
  'writing together': {
    declare: `
      import type { RowTable } from '../../web/dashboard/src/writing/index.js';
      import { fields, type Booking } from './writing-fields.js';
      declare const table: RowTable<Booking>;
      declare const row: Booking;`,
    edit: ofDashboard,
  },
  'writing form': {
    declare: `import type { Booking, Draft } from './writing-fields.js';`,
    append: 'export { BookingForm };',
    edit: ofDashboard,
  },
};
