import type { UseQueryResult } from '@tanstack/react-query';
import { RowTable, type Column } from './RowTable.js';
import { TablePanel } from './TablePanel.js';

type Props<Row extends { id: number | string }> = {
  title: string;
  name: string;
  query: { data: readonly Row[] | undefined } & Pick<UseQueryResult, 'error' | 'refetch'>;
  columns: readonly Column<Row>[];
  empty: string;
};

/** A table of rows that are asked for again when they have changed. */
export function QueryTablePanel<Row extends { id: number | string }>({
  title,
  name,
  query,
  columns,
  empty,
}: Props<Row>) {
  const { data, error } = query;
  return (
    <TablePanel
      title={title}
      count={data?.length}
      state={data === undefined ? 'loading' : error === null ? 'live' : 'stale'}
      message={error?.message ?? ''}
      onRetry={() => void query.refetch()}
    >
      {data === undefined ? null : <RowTable label={title} name={name} columns={columns} rows={data} empty={empty} />}
    </TablePanel>
  );
}
