import {
  EditSession,
  postgrestTable,
  type Connection,
  type Fields,
  type RowTable,
} from '../../../web/dashboard/src/writing/index.js';

export type Booking = {
  id: number;
  version: number;
  updated_at: string;
  idempotency_key: string | null;
  business_id: string;
  client_name: string;
  service: string;
  status: string;
  starts_at: string;
  duration_minutes: number;
};

export type Draft = { client: string; service: string; status: string; minutes: string };

export const fields: Fields<Booking, Draft> = {
  client: { label: 'client', read: (row) => row.client_name, write: (client_name) => ({ client_name }), show: String },
  service: { label: 'service', read: (row) => row.service, write: (service) => ({ service }), show: String },
  status: { label: 'status', read: (row) => row.status, write: (status) => ({ status }), show: String },
  minutes: {
    label: 'minutes',
    read: (row) => String(row.duration_minutes),
    write: (minutes) => ({ duration_minutes: Number(minutes) }),
    show: (minutes) => `${minutes} min`,
  },
};

/** A connection that a test switches. */
export class Plug implements Connection {
  #isOnline = true;
  readonly #waiting = new Set<() => void>();

  readonly isOnline = (): boolean => this.#isOnline;

  readonly onceOnline = (callback: () => void): (() => void) => {
    this.#waiting.add(callback);
    return () => this.#waiting.delete(callback);
  };

  switch(isOnline: boolean): void {
    this.#isOnline = isOnline;
    if (!isOnline) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const callback of waiting) callback();
  }
}

export const start: Draft = { client: 'Ada', service: 'Cut', status: 'pending', minutes: '30' };

export function bookingTable(
  { rest, anonKey }: { rest: string; anonKey: string },
  send?: typeof fetch,
): RowTable<Booking> {
  return postgrestTable<Booking>({
    url: `${rest}/bookings`,
    headers: () => ({ apikey: anonKey }),
    ...(send === undefined ? {} : { fetch: send }),
  });
}

export function newSession(
  table: RowTable<Booking>,
  connection: Connection,
  business_id: string,
): EditSession<Booking, Draft> {
  const columns = { business_id, starts_at: '2026-03-31T10:00:00Z' };
  return new EditSession({ table, fields, connection, start: { draft: start, columns } });
}

export function editSession(
  table: RowTable<Booking>,
  connection: Connection,
  row: Booking,
  together: readonly (keyof Draft)[] = [],
): EditSession<Booking, Draft> {
  return new EditSession({ table, fields, connection, together, start: { row } });
}
