import type { Pool } from 'pg';

import { conversionFor } from '../jsonText/columnConverter.js';
import { jsonbKeyOrder, jsonbObject, type Field } from '../jsonText/record.js';
import type { RelationColumn, TextValue } from '../replication/pgoutput.js';
import type { RowChange } from '../replication/rowChange.js';
import type { Table } from './tableCatalog.js';
import type { TypeCatalog } from './typeCatalog.js';

/** JSON texts by column name. A name is absent where the value is unknown or not part of the image. */
export type JsonValues = ReadonlyMap<string, string>;

/** JSON texts of values that only PostgreSQL can convert, collected for one batch of changes. */
export class ForeignValues {
  readonly #types: TypeCatalog;
  readonly #requested = new Map<number, Map<string, string>>();

  constructor(types: TypeCatalog) {
    this.#types = types;
  }

  request(typeOid: number, text: TextValue): void {
    if (typeof text !== 'string' || conversionFor(typeOid, this.#types) !== null) return;
    let texts = this.#requested.get(typeOid);
    if (texts === undefined) this.#requested.set(typeOid, (texts = new Map<string, string>()));
    texts.set(text, 'null');
  }

  /** One query a type. */
  async fetch(pool: Pool): Promise<void> {
    for (const [typeOid, texts] of this.#requested) {
      const type = this.#types.get(typeOid).sql;
      const values = [...texts.keys()];
      const { rows } = await pool.query<{ json: string }>(
        `select to_jsonb(v::${type})::text as json from unnest($1::text[]) with ordinality as u (v, n) order by n`,
        [values],
      );
      values.forEach((value, i) => texts.set(value, rows[i]?.json ?? 'null'));
    }
  }

  get(typeOid: number, text: string): string {
    return this.#requested.get(typeOid)?.get(text) ?? 'null';
  }
}

/** Converts one image of a row. */
export function jsonValues(
  columns: readonly RelationColumn[],
  values: readonly TextValue[],
  types: TypeCatalog,
  foreign: ForeignValues,
): JsonValues {
  const result = new Map<string, string>();
  columns.forEach(({ name, typeOid }, i) => {
    const text = values[i];
    if (text === undefined) return;
    if (text === null) result.set(name, 'null');
    else result.set(name, conversionFor(typeOid, types)?.top(text) ?? foreign.get(typeOid, text));
  });
  return result;
}

export interface View {
  /** Columns that the role may read. */
  selectable: ReadonlySet<string>;
  /** Further restriction, to which the primary key is added; null for none. */
  select: readonly string[] | null;
}

const SMALL_VALUE_BYTES = 64;

/** Formats one change for different readers. */
export class ChangeFormatter {
  readonly #change: RowChange;
  readonly #table: Table;
  readonly #types: TypeCatalog;
  readonly #newValues: JsonValues | null;
  readonly #oldValues: JsonValues | null;
  readonly #isTooLarge: boolean;
  readonly #names: readonly string[];

  constructor(change: RowChange, table: Table, types: TypeCatalog, foreign: ForeignValues, limitBytes: number) {
    this.#change = change;
    this.#table = table;
    this.#types = types;
    const { columns } = change.relation;
    this.#newValues = change.newValues && jsonValues(columns, change.newValues, types, foreign);
    this.#oldValues = change.oldValues && jsonValues(columns, change.oldValues, types, foreign);
    this.#isTooLarge = this.#estimateWalBytes() > limitBytes;
    this.#names = columns.map(({ name }) => name).sort(jsonbKeyOrder);
  }

  /** The text of the frame's `data`. */
  data(view: View): string {
    const change = this.#change;
    const table = this.#table;
    const parts = [`"table":${JSON.stringify(table.name)}`, `"type":"${change.type}"`];
    if (change.type !== 'DELETE') parts.push(`"record":${this.#record(view)}`);
    parts.push(
      `"columns":${this.#columns(view)}`,
      `"errors":${this.#isTooLarge ? '["Error 413: Payload Too Large"]' : 'null'}`,
      `"schema":${JSON.stringify(table.schema)}`,
      `"commit_timestamp":"${change.committedAt.toISOString()}"`,
    );
    if (change.type !== 'INSERT') parts.push(`"old_record":${this.#oldRecord(view)}`);
    return `{${parts.join(',')}}`;
  }

  /** For a reader who may not select the primary key, or a table without one. */
  refusal(error: string): string {
    const change = this.#change;
    const table = this.#table;
    const old = change.type === 'UPDATE' ? ',"old_record":{}' : '';
    return (
      `{"table":${JSON.stringify(table.name)},"type":"${change.type}","record":{},"columns":[],` +
      `"errors":[${JSON.stringify(error)}],"schema":${JSON.stringify(table.schema)},"commit_timestamp":null${old}}`
    );
  }

  #record(view: View): string {
    return this.#object(view, (name) => this.#newValues?.get(name) ?? this.#oldValues?.get(name));
  }

  #oldRecord(view: View): string {
    // Deletes cannot be checked against policies, so with row security only the key is sent.
    const keyOnly = this.#change.type === 'DELETE' && this.#table.hasRowSecurity;
    return this.#object(view, (name) =>
      keyOnly && !this.#table.primaryKey.includes(name) ? undefined : this.#oldValues?.get(name),
    );
  }

  #object(view: View, value: (name: string) => string | undefined): string {
    const fields: Field[] = [];
    for (const name of this.#names) {
      const json = this.#isVisible(view, name) ? value(name) : undefined;
      if (json !== undefined && !(this.#isTooLarge && isDropped(json))) fields.push({ name, json });
    }
    return jsonbObject(fields);
  }

  #columns(view: View): string {
    const shown = this.#table.columns.filter(({ name }) => this.#isVisible(view, name));
    return `[${shown
      .map(
        ({ name, typeOid }) =>
          `{"name": ${JSON.stringify(name)}, "type": ${JSON.stringify(this.#types.get(typeOid).name)}}`,
      )
      .join(', ')}]`;
  }

  #isVisible({ selectable, select }: View, name: string): boolean {
    return selectable.has(name) && (select === null || select.includes(name) || this.#table.primaryKey.includes(name));
  }

  /** Near the size of the change's wal2json text, which is what the server's limit counts. */
  #estimateWalBytes(): number {
    let bytes = 150;
    for (const values of [this.#newValues, this.#oldValues]) {
      for (const [name, json] of values ?? []) bytes += 50 + name.length + Buffer.byteLength(json);
    }
    return bytes;
  }
}

function isDropped(json: string): boolean {
  return json === 'null' || Buffer.byteLength(json) > SMALL_VALUE_BYTES;
}
