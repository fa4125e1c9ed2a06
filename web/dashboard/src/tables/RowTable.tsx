import { memo, useEffect, useState, type CSSProperties, type ReactNode } from 'react';
import { FlashMemory } from './flashMemory.js';
import { useFlash } from './useFlash.js';

/** Where a cell goes when the window is narrow and each row becomes a card. */
type Slot = 'title' | 'badge' | 'sub' | 'value' | 'meta' | 'more' | 'actions';

export type Column<Row> = {
  readonly head: string;
  readonly slot: Slot;
  /** A track of CSS grid, such as `8rem` or `minmax(0, 2fr)`. */
  readonly width: string;
  readonly isNumber?: boolean;
  readonly cell: (row: Row) => ReactNode;
};

type Props<Row> = {
  /** What the table is called, for those who hear it. */
  label: string;
  /** The database's name, for `data-table`. */
  name: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  /** Shown when there are none. */
  empty: string;
};

const PAGE_ROWS = 50;

/**
 * Rows that move by `transform` alone: whatever is inserted or removed, nothing on the page is laid out anew. `columns` should stay the same array; a row
 * is rendered again only when it is another object.
 */
export function RowTable<Row extends { id: number | string }>({ label, name, columns, rows, empty }: Props<Row>) {
  const [limit, setLimit] = useState(PAGE_ROWS);
  const [memory] = useState(() => new FlashMemory());
  useEffect(() => {
    memory.remember(rows);
  }, [memory, rows]);
  const shown = rows.slice(0, limit);
  const style = { '--columns': columns.map(({ width }) => width).join(' '), '--rows': shown.length };
  return (
    <>
      <table className="rows" role="table" aria-label={label} data-table={name} style={style as CSSProperties}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(({ head, isNumber, slot }) => (
              <th key={slot} role="columnheader" scope="col" data-slot={slot} data-number={isNumber}>
                {slot === 'actions' ? <span className="only-heard">{head}</span> : head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {shown.map((row, index) => (
            <TableRow
              key={row.id}
              row={row}
              index={index}
              columns={columns as readonly Column<never>[]}
              memory={memory}
            />
          ))}
        </tbody>
      </table>
      {rows.length === 0 ? <p className="empty">{empty}</p> : null}
      {rows.length > limit ? (
        <div className="more">
          <button
            type="button"
            className="quiet-button"
            onClick={() => {
              setLimit(limit + PAGE_ROWS);
            }}
          >
            Show more
          </button>
        </div>
      ) : null}
    </>
  );
}

type TableRowProps = {
  row: { id: number | string };
  index: number;
  columns: readonly Column<never>[];
  memory: FlashMemory;
};

const TableRow = memo(function TableRow({ row, index, columns, memory }: TableRowProps) {
  const ref = useFlash<HTMLTableRowElement>(memory, String(row.id), row);
  return (
    <tr ref={ref} role="row" data-row={row.id} style={{ '--index': index } as CSSProperties}>
      {columns.map(({ slot, isNumber, cell }) => (
        <td key={slot} role={slot === 'title' ? 'rowheader' : 'cell'} data-slot={slot} data-number={isNumber}>
          {cell(row as never)}
        </td>
      ))}
    </tr>
  );
});
