/** @jsxImportSource preact */
import type { ConnectionStatus } from '../../core/index.js';
import { ms, span } from './format.js';
import { Cause, StateBadge } from './parts.js';
import { Table, type Column } from './Table.js';
import { finds, type ViewProps } from './viewProps.js';

export function SocketsView({ shown: { status, now }, state: { search } }: ViewProps) {
  const columns: readonly Column<ConnectionStatus>[] = [
    { label: 'Socket', cell: ({ id }) => `Socket ${String(id)}` },
    { label: 'State', cell: ({ state }) => <StateBadge state={state} /> },
    { label: 'For', isNumber: true, cell: ({ since }) => span(now - since) },
    { label: 'Channels', isNumber: true, cell: ({ channels }) => channels },
    { label: 'Round trip', isNumber: true, cell: ({ rttMs }) => ms(rttMs) },
    { label: 'Attempts', isNumber: true, cell: ({ attempts }) => attempts },
    {
      label: 'Next',
      isNumber: true,
      cell: ({ nextRetryAt }) => (nextRetryAt === null ? '–' : `in ${span(nextRetryAt - now)}`),
    },
    { label: 'Pulse', cell: ({ pulse }) => (pulse === null ? '–' : <StateBadge state={pulse.state} />) },
    { label: 'Why', cell: ({ code, message }) => <Cause code={code} message={message} /> },
  ];
  const rows = status.connections.filter(({ id, state, code, message }) =>
    finds(search, `socket ${String(id)}`, state, code, message),
  );
  return (
    <Table
      caption="Sockets"
      {...{ columns, rows }}
      rowKey={({ id }) => String(id)}
      empty={search === '' ? 'There is no socket: nothing is subscribed to.' : 'No socket is found.'}
    />
  );
}
