import type { UseQueryResult } from '@tanstack/react-query';
import { useQueryState, type Joined } from '../data/readState.js';
import { RowTable, type Column } from './rows/RowTable.js';
import { TablePanel } from './TablePanel.js';

type Props<Row extends { id: number | string }> = {
  title: string;
  name: string;
  query: { data: readonly Row[] | undefined } & Pick<UseQueryResult, 'error' | 'dataUpdatedAt' | 'refetch'>;
  joined?: Joined;
  columns: readonly Column<Row>[];
  empty: string;
};

/** A table of rows that are asked for again when they have changed. */
export function QueryTablePanel<Row extends { id: number | string }>(props: Props<Row>) {
  const { title, name, query, joined, columns, empty } = props;
  const { data, refetch } = query;
  return (
    <TablePanel
      title={title}
      read={useQueryState(query)}
      joined={joined}
      count={data === undefined ? undefined : { all: data.length }}
      onRetry={() => void refetch()}
    >
      <RowTable label={title} name={name} columns={columns} rows={data ?? []} empty={empty} />
    </TablePanel>
  );
}
