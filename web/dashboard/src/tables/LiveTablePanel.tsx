import type { LiveRowsResult } from 'switchboard-realtime/react';
import { RowTable, type Column } from './RowTable.js';
import { TablePanel } from './TablePanel.js';

type Props<Row extends { id: number | string }> = {
  title: string;
  name: string;
  /** On the button that adds a row. */
  add: string;
  onAdd: () => void;
  table: LiveRowsResult<Row>;
  columns: readonly Column<Row>[];
  empty: string;
};

/** A table of live rows. Says when they may not be the newest, and why. */
export function LiveTablePanel<Row extends { id: number | string }>(props: Props<Row>) {
  const { title, name, add, onAdd, table, columns, empty } = props;
  const { state, message } = table.status;
  return (
    <TablePanel
      title={title}
      count={state === 'loading' ? undefined : table.rows.length}
      state={state}
      message={message}
      add={add}
      onAdd={onAdd}
      onRetry={() => void table.refresh()}
    >
      {state === 'loading' ? null : (
        <RowTable label={title} name={name} columns={columns} rows={table.rows} empty={empty} />
      )}
    </TablePanel>
  );
}
