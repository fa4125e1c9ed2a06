import { createContext, useContext } from 'react';
import type { FetchPage, RpcCallback } from 'switchboard-realtime';
import type { Config } from './config.js';
import { postgrestTable, type RowTable } from '../writing/index.js';
import type { Row, TableName } from './database.js';
import type { Network } from './network.js';

/** PostgREST parameters, such as `{ business_id: 'eq.7', order: 'id.desc' }`. */
export type Parameters = Readonly<Record<string, string>>;

const PAGE_ROWS = 500;

/** The server answered a read with an error. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    text: string,
  ) {
    super(`HTTP ${status}: ${text}`);
  }
}

/** Reads and writes rows over Supabase's REST interface. */
export class RestClient {
  readonly #endpoint: string;
  readonly #headers: Record<string, string>;
  readonly #network: Network;
  readonly #writeListeners = new Set<(table: TableName) => void>();
  #reads = 0;

  constructor({ rest, apikey }: Config, network: Network) {
    this.#endpoint = rest;
    this.#headers = { apikey, authorization: `Bearer ${apikey}`, 'content-type': 'application/json' };
    this.#network = network;
  }

  /** How often rows were read, since the page was loaded. */
  get reads(): number {
    return this.#reads;
  }

  async rows<Name extends TableName>(table: Name, parameters: Parameters, signal: AbortSignal): Promise<Row<Name>[]> {
    const response = await this.#send(table, parameters, 'count=none', signal);
    return rowsIn(response);
  }

  /** One page of all rows that match, in the order of `id`: what comes after `cursor`, and where the next page begins. */
  async page<Name extends TableName>(
    table: Name,
    parameters: Parameters,
    { cursor, signal }: { cursor: unknown; signal: AbortSignal },
  ): Promise<FetchPage<Row<Name>>> {
    const after: Parameters = typeof cursor === 'string' ? { id: `gt.${cursor}` } : {};
    const query = { ...parameters, ...after, order: 'id.asc', limit: String(PAGE_ROWS) };
    const response = await this.#send(table, query, 'count=exact', signal);
    const rows = await rowsIn<Row<Name>>(response);
    const last = rows.at(-1);
    // The server may give fewer at once than it is asked for. Without a count only an empty page is known to be the last.
    const isLast = last === undefined || rows.length >= (totalIn(response) ?? Infinity);
    return { rows, next: isLast ? null : String(last.id) };
  }

  /** All rows that match, in the order of `id`: also where the server gives no more than so many at once, as Supabase does with 1,000. */
  async all<Name extends TableName>(table: Name, parameters: Parameters, signal: AbortSignal): Promise<Row<Name>[]> {
    const all: Row<Name>[] = [];
    for (let cursor: unknown = null; ;) {
      const { rows, next } = await this.page(table, parameters, { cursor, signal });
      all.push(...rows);
      if (next === null) return all;
      cursor = next;
    }
  }

  /** A table to write to. */
  table<Name extends TableName>(name: Name): RowTable<Row<Name>> {
    const table = postgrestTable<Row<Name>>({
      url: `${this.#endpoint}/${name}`,
      headers: () => this.#headers,
      fetch: this.#network.fetch,
    });
    const written = <Answer>(answer: Answer): Answer => {
      for (const listener of [...this.#writeListeners]) listener(name);
      return answer;
    };
    return {
      ...table,
      insert: async (...row) => written(await table.insert(...row)),
      update: async (...change) => written(await table.update(...change)),
    };
  }

  /**
   * Calls with the table after each write that was accepted, also one that changed no row: what is on display was older then. The function that it
   * returns takes that back.
   */
  onWrite(listener: (table: TableName) => void): () => void {
    this.#writeListeners.add(listener);
    return () => {
      this.#writeListeners.delete(listener);
    };
  }

  /** Calls a function of the database, and resolves with the text of what it returned. */
  readonly call: RpcCallback = async (name, args, { signal }) => {
    const request = { method: 'POST', headers: this.#headers, body: JSON.stringify(args), signal };
    const response = await this.#network.fetch(`${this.#endpoint}/rpc/${name}`, request);
    const text = await response.text();
    if (!response.ok) throw Object.assign(new HttpError(response.status, text.slice(0, 200)), { code: codeIn(text) });
    return text;
  };

  async #send(table: TableName, parameters: Parameters, prefer: string, signal: AbortSignal): Promise<Response> {
    this.#reads += 1;
    const query = new URLSearchParams(parameters).toString();
    const url = `${this.#endpoint}/${table}${query === '' ? '' : `?${query}`}`;
    const response = await this.#network.fetch(url, { signal, headers: { ...this.#headers, prefer } });
    if (!response.ok) throw new HttpError(response.status, (await response.text()).slice(0, 200));
    return response;
  }
}

/** The code of PostgREST or PostgreSQL in an answer of theirs; undefined in that of something before them. */
function codeIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { code?: unknown }).code;
  } catch {
    return undefined;
  }
}

async function rowsIn<Row>(response: Response): Promise<Row[]> {
  // The server vouches for the shape: Database is written from its schema.
  return (await response.json()) as Row[];
}

/** How many rows there are from the beginning of this answer on: `Content-Range: 0-99/2300`. Null: the server does not say. */
function totalIn({ headers }: Response): number | null {
  const [, total] = /\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
  return total === undefined ? null : Number(total);
}

export const RestContext = createContext<RestClient | null>(null);

export function useRest(): RestClient {
  const rest = useContext(RestContext);
  if (rest === null) throw new Error('useRest needs a RestContext above it');
  return rest;
}
