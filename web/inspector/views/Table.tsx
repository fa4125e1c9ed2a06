/** @jsxImportSource preact */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

export interface Column<Row> {
  readonly label: string;
  readonly isNumber?: boolean;
  readonly cell: (row: Row) => ComponentChildren;
}

type Props<Row> = {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** Shown below a row that is opened. */
  detail?: (row: Row) => ComponentChildren;
  /** Said where there are no rows. */
  empty: string;
};

/** A table that becomes a list of cards where there is little room, which is why the roles are written out. */
export function Table<Row>({ caption, columns, rows, rowKey, detail, empty }: Props<Row>) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  if (rows.length === 0) return <p class="empty">{empty}</p>;
  const toggle = (key: string): void => {
    const next = new Set(open);
    if (!next.delete(key)) next.add(key);
    setOpen(next);
  };
  return (
    <table role="table" aria-label={caption}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ label, isNumber }) => (
            <th key={label} role="columnheader" scope="col" data-number={isNumber}>
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => {
          const key = rowKey(row);
          const isOpen = open.has(key);
          return (
            <TableRow
              key={key}
              {...{ columns, row, isOpen }}
              detail={detail}
              onToggle={() => {
                toggle(key);
              }}
            />
          );
        })}
      </tbody>
    </table>
  );
}

type RowProps<Row> = {
  columns: readonly Column<Row>[];
  row: Row;
  isOpen: boolean;
  detail: ((row: Row) => ComponentChildren) | undefined;
  onToggle: () => void;
};

function TableRow<Row>({ columns, row, isOpen, detail, onToggle }: RowProps<Row>) {
  const [first, ...others] = columns;
  return (
    <>
      <tr role="row" data-open={isOpen}>
        <td role="cell" class="first">
          {detail === undefined ? (
            first?.cell(row)
          ) : (
            <button type="button" class="opener" aria-expanded={isOpen} onClick={onToggle}>
              {first?.cell(row)}
            </button>
          )}
        </td>
        {others.map(({ label, isNumber, cell }) => (
          <td key={label} role="cell" data-label={label} data-number={isNumber}>
            {cell(row)}
          </td>
        ))}
      </tr>
      {isOpen && detail !== undefined ? (
        <tr role="row" class="detail">
          <td role="cell" colSpan={columns.length}>
            {detail(row)}
          </td>
        </tr>
      ) : null}
    </>
  );
}
