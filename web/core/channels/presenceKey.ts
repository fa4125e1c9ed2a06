const BYTES = 9;

/** A key that nobody else has: 18 hexadecimal digits. */
export function randomPresenceKey(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(BYTES));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
