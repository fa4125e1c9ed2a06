/** What an edit session needs of a table. Every method may be repeated without harm after an answer that was lost. */
export type RowTable<Row> = {
  /** Adds a row. Undefined: there is one with the same value in the column `unique` already, and it was left as it is. */
  readonly insert: (row: Partial<Row>, unique: keyof Row & string) => Promise<Row | undefined>;
  /** Changes the row if it still has this version. Undefined: it has not, or there is no such row. */
  readonly update: (id: number | string, version: number, change: Partial<Row>) => Promise<Row | undefined>;
  /** Undefined: there is none. */
  readonly find: (column: keyof Row & string, value: unknown) => Promise<Row | undefined>;
};

/** The request got no answer: it may have arrived or not. */
export class UnreachableError extends Error {}

/** The server refused. */
export class RefusedError extends Error {
  constructor(
    /** Of HTTP. */
    readonly status: number,
    /** Of PostgreSQL or PostgREST; empty when there is none. */
    readonly code: string,
    message: string,
    readonly details = '',
  ) {
    super(message);
  }
}

export type PostgrestOptions = {
  /** Of the table, such as `https://<ref>.supabase.co/rest/v1/bookings`. */
  readonly url: string;
  readonly headers: () => Record<string, string>;
  /** Default: the global one. */
  readonly fetch?: typeof fetch;
  /** After so long without an answer a request counts as unanswered. Default: 20,000. */
  readonly timeoutMs?: number;
};

const RETURN_ROWS = 'return=representation';

/** A table behind PostgREST, as Supabase has it. Rejects with RefusedError or UnreachableError. */
export function postgrestTable<Row>({
  url,
  headers,
  fetch: send = (input, init) => fetch(input, init),
  timeoutMs = 20_000,
}: PostgrestOptions): RowTable<Row> {
  async function first(
    parameters: Record<string, string>,
    prefer: string,
    init: RequestInit,
  ): Promise<Row | undefined> {
    const request = {
      ...init,
      headers: { ...headers(), 'content-type': 'application/json', prefer },
      signal: AbortSignal.timeout(timeoutMs),
    };
    const response = await answer(send(`${url}?${new URLSearchParams(parameters).toString()}`, request));
    const text = await answer(response.text());
    if (isUnanswered(response.status)) throw new UnreachableError(`HTTP ${response.status}: ${text.slice(0, 200)}`);
    if (!response.ok) throw refusal(response.status, text);
    return (JSON.parse(text) as Row[])[0];
  }
  return {
    insert: (row, unique) =>
      first({ on_conflict: unique }, `resolution=ignore-duplicates,${RETURN_ROWS}`, {
        method: 'POST',
        body: JSON.stringify(row),
      }),
    update: (id, version, change) =>
      first({ id: `eq.${id}`, version: `eq.${version}` }, RETURN_ROWS, {
        method: 'PATCH',
        body: JSON.stringify(change),
      }),
    find: (column, value) => first({ [column]: `eq.${String(value)}`, limit: '1' }, RETURN_ROWS, { method: 'GET' }),
  };
}

async function answer<Value>(promise: Promise<Value>): Promise<Value> {
  try {
    return await promise;
  } catch (cause) {
    throw new UnreachableError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Of a proxy that got no answer from the server, or PostgREST without a database: that refuses nothing. */
function isUnanswered(status: number): boolean {
  return [502, 503, 504, 530].includes(status) || (status >= 520 && status < 530);
}

/** What PostgREST says of a request that it refused. */
export function refusal(status: number, text: string): RefusedError {
  const members = readObject(text);
  const textOf = (name: string): string => {
    const value = members[name];
    return typeof value === 'string' ? value : '';
  };
  return new RefusedError(status, textOf('code'), textOf('message') || text.slice(0, 200), textOf('details'));
}

function readObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
