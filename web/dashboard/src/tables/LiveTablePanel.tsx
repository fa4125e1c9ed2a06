import type { ReactNode } from 'react';
import type { LiveRowsResult } from 'switchboard-realtime/react';
import { rowsState, type Joined } from '../data/readState.js';
import { RowTable, type Column } from './rows/RowTable.js';
import { TablePanel } from './TablePanel.js';

type Props<Row extends { id: number | string }> = {
  title: string;
  name: string;
  /** On the button that adds a row. */
  add: string;
  onAdd: () => void;
  table: LiveRowsResult<Row>;
  joined?: Joined;
  /** Those of the table's rows that are on display. */
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  empty: string;
  tools?: ReactNode;
};

/** A table of live rows. Says when they may not be the newest. */
export function LiveTablePanel<Row extends { id: number | string }>(props: Props<Row>) {
  const { title, name, add, onAdd, table, joined, rows, columns, empty, tools } = props;
  const read = rowsState(table.status);
  return (
    <TablePanel
      title={title}
      read={read}
      joined={joined}
      count={
        read.state === 'loading' || read.state === 'failed' ? undefined : { all: table.rows.length, shown: rows.length }
      }
      add={add}
      onAdd={onAdd}
      onRetry={() => void table.refresh()}
      tools={tools}
    >
      <RowTable label={title} name={name} columns={columns} rows={rows} known={table.rows} empty={empty} />
    </TablePanel>
  );
}
