const VERSION_BYTES = 1;
const ATOM_HEADER = 3;
const BINARY_HEADER = 5;

/** Bytes that a value takes in Erlang's external term format, which is what the server's payload limit counts. */
export function externalSize(value: unknown): number {
  return VERSION_BYTES + sizeOf(value);
}

function sizeOf(value: unknown): number {
  if (value === null || value === undefined) return ATOM_HEADER + 'nil'.length;
  if (Buffer.isBuffer(value)) return BINARY_HEADER + value.length;
  if (typeof value === 'string') return BINARY_HEADER + Buffer.byteLength(value);
  if (typeof value === 'boolean') return ATOM_HEADER + String(value).length;
  if (typeof value === 'number') return numberSize(value);
  if (Array.isArray(value)) return value.length === 0 ? 1 : 6 + sum(value);
  return 5 + sum(Object.entries(value).flat());
}

function sum(values: readonly unknown[]): number {
  return values.reduce<number>((size, value) => size + sizeOf(value), 0);
}

function numberSize(value: number): number {
  if (!Number.isInteger(value)) return 9;
  if (value >= 0 && value <= 255) return 2;
  if (value >= -(2 ** 31) && value < 2 ** 31) return 5;
  return 3 + Math.ceil(BigInt(Math.abs(value)).toString(16).length / 2);
}

/** Of the payload of a binary broadcast push: the tuple of event, encoding, payload and metadata that the server makes of it. */
export function userPushSize(event: string, encoding: 'json' | 'binary', data: Buffer): number {
  const encodingSize = ATOM_HEADER + encoding.length;
  const emptyMap = 5;
  return VERSION_BYTES + 2 + sizeOf(event) + encodingSize + sizeOf(data) + emptyMap;
}
