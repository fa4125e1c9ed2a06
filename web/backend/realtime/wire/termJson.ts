/**
 * JSON text with object keys in the server's order: it keeps maps sorted by key, so what it passes on comes out sorted.
 */
export function termJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(termJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  return `{${sortedEntries(value as Record<string, unknown>)
    .map(([key, item]) => `${JSON.stringify(key)}:${termJson(item)}`)
    .join(',')}}`;
}

export function sortedEntries(object: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(object)
    .map(([key, value]) => ({ bytes: Buffer.from(key), key, value }))
    .sort((a, b) => a.bytes.compare(b.bytes))
    .map(({ key, value }) => [key, value]);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
