import type { Column } from '../changes/convert.js';
import { hasOwn } from '../base/hasOwn.js';
import type { ChangePayload } from '../api/payload.js';
import { keyText } from './compare/values.js';

type AnyRow = Readonly<Record<string, unknown>>;

/**
 * Whether the new image of a change has all columns. The server leaves out large values that an UPDATE does not change (TOAST), unless the old image has
 * them, as with REPLICA IDENTITY FULL. A numbered change is whole.
 */
export function isWhole<Row>(change: ChangePayload<Row> & { new: Row }, columns: readonly Column[]): boolean {
  const [old, row] = [change.old as object, change.new as object];
  if (!columns.every(({ name }) => hasOwn(row, name))) return false;
  return (
    change.eventType === 'INSERT' || change.number !== undefined || Object.keys(row).every((name) => hasOwn(old, name))
  );
}

/** Types that `fetch` and changes write in the same way. */
const COMPARABLE = new Set(['int2', 'int4', 'int8', 'uuid', 'text', 'varchar', 'bool']);

/** False: the row is certainly not the one with this old image, which may have few columns or none. */
export function agrees(row: object, old: object, types: ReadonlyMap<string, string>): boolean {
  return Object.keys(old).every((name) => {
    const [mine, other] = [keyText(row as AnyRow, [name], types), keyText(old as AnyRow, [name], types)];
    const canTell = COMPARABLE.has(types.get(name) ?? '') && isPlain((row as AnyRow)[name]);
    return mine === null || other === null || !canTell || mine === other;
  });
}

function isPlain(value: unknown): boolean {
  return typeof value !== 'object';
}
