import type { PoolClient } from 'pg';

import type { Claims } from '../tokens.js';

/** Sets parameters until the end of the transaction, in this order. */
export async function setLocal(client: PoolClient, parameters: Readonly<Record<string, string>>): Promise<void> {
  const entries = Object.entries(parameters);
  const calls = entries.map((_, i) => `set_config($${2 * i + 1}, $${2 * i + 2}, true)`);
  await client.query(`select ${calls.join(', ')}`, entries.flat());
}

/** What gives a transaction the rights of a token, and shows its claims to policies. */
export function roleParameters(claims: Claims): Record<string, string> {
  return { role: claims.role, 'request.jwt.claims': JSON.stringify(claims) };
}
