import type { ReactNode } from 'react';
import type { LiveRowsResult } from 'switchboard-realtime/react';
import { isKnown, rowsState, type Joined } from '../data/readState.js';
import { RowTable, type Column, type Divider } from './rows/RowTable.js';
import { TablePanel, type RowCount } from './TablePanel.js';

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
  /** What these are, such as `today`; undefined: all. */
  which: string | undefined;
  divider?: Divider | undefined;
  columns: readonly Column<Row>[];
  empty: string;
  tools?: ReactNode;
};

/** A table of live rows. Says when they may not be the newest. */
export function LiveTablePanel<Row extends { id: number | string }>(props: Props<Row>) {
  const { title, name, add, onAdd, table, joined, rows, which, divider, columns, empty, tools } = props;
  const read = rowsState(table.status);
  return (
    <TablePanel
      title={title}
      read={read}
      joined={joined}
      count={isKnown(read) ? countOf(table.rows, rows, which) : undefined}
      add={add}
      onAdd={onAdd}
      onRetry={() => void table.refresh()}
      tools={tools}
    >
      <RowTable
        label={title}
        name={name}
        columns={columns}
        rows={rows}
        known={table.rows}
        divider={divider}
        empty={empty}
      />
    </TablePanel>
  );
}

function countOf(all: readonly unknown[], rows: readonly unknown[], which: string | undefined): RowCount {
  return { all: all.length, ...(which === undefined ? {} : { shown: { rows: rows.length, which } }) };
}
