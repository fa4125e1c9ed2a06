import type { QueryKey } from '../queryClient.js';

/**
 * A text that identifies a query key: equal for keys that say the same, and different for all that a query client could distinguish. Keys are
 * passed on as they were given; this only serves to notice that they have changed, and to name each once.
 */
export function keyText(queryKey: QueryKey): string {
  return textOf(queryKey);
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`;
  if (value instanceof Date) return `date ${String(value.getTime())}`;
  if (typeof value === 'object' && value !== null) {
    const members = value as Readonly<Record<string, unknown>>;
    const names = Object.keys(members).sort();
    return `{${names.map((name) => `${JSON.stringify(name)}:${textOf(members[name])}`).join()}}`;
  }
  return typeof value === 'string' ? JSON.stringify(value) : `${typeof value} ${String(value)}`;
}
