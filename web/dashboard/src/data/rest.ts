import { createContext, useContext } from 'react';
import type { Config } from './config.js';
import type { Insert, Row, TableName } from './database.js';

/** Reads and inserts rows over Supabase's REST interface. */
export class RestClient {
  readonly #endpoint: string;
  readonly #headers: Record<string, string>;

  constructor({ rest, apikey }: Config) {
    this.#endpoint = rest;
    this.#headers = { apikey, authorization: `Bearer ${apikey}` };
  }

  /** `query` holds PostgREST parameters, such as `{ business_id: 'eq.7', order: 'id.desc' }`. */
  async rows<Table extends TableName>(
    table: Table,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Row<Table>[]> {
    const url = `${this.#endpoint}/${table}?${new URLSearchParams(query).toString()}`;
    const response = await fetch(url, { headers: this.#headers, signal });
    await expectOk(response);
    // The server vouches for the shape: Database is written from its schema.
    return (await response.json()) as Row<Table>[];
  }

  async insert<Table extends TableName>(table: Table, row: Insert<Table>): Promise<void> {
    const response = await fetch(`${this.#endpoint}/${table}`, {
      method: 'POST',
      headers: { ...this.#headers, 'content-type': 'application/json', prefer: 'return=minimal' },
      body: JSON.stringify(row),
    });
    await expectOk(response);
  }
}

async function expectOk(response: Response): Promise<void> {
  if (!response.ok) throw new Error(`HTTP ${response.status}: ${(await response.text()).slice(0, 200)}`);
}

export const RestContext = createContext<RestClient | null>(null);

export function useRest(): RestClient {
  const rest = useContext(RestContext);
  if (rest === null) throw new Error('useRest needs a RestContext above it');
  return rest;
}
