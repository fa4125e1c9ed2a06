import { escapeIdentifier, type Pool } from 'pg';

import { roleParameters, setLocal } from '../postgres/setLocal.js';
import type { RowChange } from '../replication/rowChange.js';
import type { Claims } from '../tokens.js';
import type { Table } from './tableCatalog.js';
import type { TypeCatalog } from './typeCatalog.js';

/**
 * Whether the table's policies let a token with these claims read the changed row. The row is looked up as it is
 * now, so one that is gone by then is visible to nobody, as on the real server.
 */
export async function isRowVisible(
  pool: Pool,
  types: TypeCatalog,
  table: Table,
  change: RowChange,
  claims: Claims,
): Promise<boolean> {
  const key = change.relation.columns.flatMap(({ name, typeOid }, i) =>
    table.primaryKey.includes(name)
      ? [{ name, type: types.get(typeOid).sql, value: change.newValues?.[i] ?? null }]
      : [],
  );
  const where = key.map(({ name, type }, i) => `${escapeIdentifier(name)} = $${i + 1}::text::${type}`).join(' and ');
  const client = await pool.connect();
  try {
    await client.query('begin');
    await setLocal(client, roleParameters(claims));
    const { rowCount } = await client.query(
      `select from ${escapeIdentifier(table.schema)}.${escapeIdentifier(table.name)} where ${where}`,
      key.map(({ value }) => value),
    );
    return rowCount === 1;
  } catch {
    return false;
  } finally {
    await client.query('rollback').catch(() => undefined);
    client.release();
  }
}
