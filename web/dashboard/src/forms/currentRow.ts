import type { LiveRowsResult } from 'switchboard-realtime/react';

/** The row as it is on display; undefined when it is gone, null when that is not known or there is none yet. */
export function currentRow<Row extends { id: number | string }>(
  { rows, status }: LiveRowsResult<Row>,
  id: number | string | undefined,
): Row | undefined | null {
  if (id === undefined) return null;
  const row = rows.find((candidate) => candidate.id === id);
  return row ?? (status.state === 'live' ? undefined : null);
}
