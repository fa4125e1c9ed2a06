import { memo, useEffect, useState, type CSSProperties, type ReactNode } from 'react';
import { FlashMemory } from './flashMemory.js';
import { useFlash } from './useFlash.js';
import { useRovingFocus } from './useRovingFocus.js';

/** Where a cell goes when there is little room and each row becomes a card. */
type Slot = 'title' | 'badge' | 'sub' | 'value' | 'meta' | 'more' | 'person' | 'actions';

export type Column<Row> = {
  readonly head: string;
  readonly slot: Slot;
  /** A track of CSS grid, such as `8rem` or `minmax(0, 2fr)`. */
  readonly width: string;
  readonly isNumber?: boolean;
  readonly cell: (row: Row) => ReactNode;
};

/** A line between the rows. */
export type Divider = {
  /** Of the row that it is above. */
  readonly index: number;
  readonly label: string;
};

type Props<Row> = {
  /** What the table is called, for those who hear it. */
  label: string;
  /** The database's name, for `data-table`. */
  name: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  /** All rows that are known, including those not on display at the moment. Default: `rows`. */
  known?: readonly Row[];
  divider?: Divider | undefined;
  /** Shown when there are none. */
  empty: string;
};

const PAGE_ROWS = 50;

/**
 * Rows that move by `transform` alone: whatever is inserted or removed, the rest of the page keeps its layout. `columns` should stay the same array; a row
 * is rendered again only when it is another object.
 */
export function RowTable<Row extends { id: number | string }>(props: Props<Row>) {
  const { label, name, columns, rows, known = rows, divider, empty } = props;
  const [limit, setLimit] = useState(PAGE_ROWS);
  const [memory] = useState(() => new FlashMemory());
  useEffect(() => {
    memory.remember(known);
  }, [memory, known]);
  const roving = useRovingFocus<HTMLTableSectionElement>();
  const shown = rows.slice(0, limit);
  const below = divider === undefined || divider.index >= shown.length ? undefined : divider;
  const isLarge = columns.some(({ slot }) => slot === 'person');
  return (
    <>
      <table
        className="rows"
        role="table"
        aria-label={label}
        data-table={name}
        data-cards={isLarge ? 'large' : 'small'}
        style={{ ...widthsOf(columns, shown.length), '--dividers': below === undefined ? 0 : 1 } as CSSProperties}
      >
        <TableHead columns={columns} />
        <tbody role="rowgroup" {...roving}>
          {shown.map((row, index) => (
            <TableRow
              key={row.id}
              row={row}
              index={index}
              isBelow={below !== undefined && index >= below.index}
              columns={columns as readonly Column<never>[]}
              memory={memory}
            />
          ))}
          {below === undefined ? null : <DividerRow {...below} columns={columns.length} />}
        </tbody>
      </table>
      {rows.length === 0 ? <p className="empty">{empty}</p> : null}
      <More
        hasMore={rows.length > limit}
        isLong={limit > PAGE_ROWS}
        onMore={() => {
          setLimit(limit + PAGE_ROWS);
        }}
        onTop={() => {
          setLimit(PAGE_ROWS);
          scrollTo({ top: 0 });
        }}
      />
    </>
  );
}

function TableHead<Row>({ columns }: { columns: readonly Column<Row>[] }) {
  return (
    <thead role="rowgroup">
      <tr role="row">
        {columns.map(({ head, isNumber, slot }) => (
          <th key={slot} role="columnheader" scope="col" data-slot={slot} data-number={isNumber}>
            {slot === 'actions' ? <span className="only-heard">{head}</span> : head}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function DividerRow({ index, label, columns }: Divider & { columns: number }) {
  return (
    <tr role="row" className="divider" style={{ '--index': index } as CSSProperties}>
      <td role="cell" colSpan={columns}>
        {label}
      </td>
    </tr>
  );
}

/** For the style sheet: the columns of the table, and those widths that cards need. */
function widthsOf<Row>(columns: readonly Column<Row>[], rows: number): CSSProperties {
  const widthIn = (slot: Slot): string | undefined => columns.find((column) => column.slot === slot)?.width;
  const widths = {
    '--columns': columns.map(({ width }) => width).join(' '),
    '--meta': widthIn('meta'),
    '--value': widthIn('value'),
    '--rows': rows,
  };
  return widths as CSSProperties;
}

type MoreProps = { hasMore: boolean; isLong: boolean; onMore: () => void; onTop: () => void };

function More({ hasMore, isLong, onMore, onTop }: MoreProps) {
  if (!hasMore && !isLong) return null;
  return (
    <div className="more">
      {hasMore ? (
        <button type="button" className="quiet-button" onClick={onMore}>
          Show more
        </button>
      ) : null}
      {isLong ? (
        <button type="button" className="quiet-button" onClick={onTop}>
          Back to the top
        </button>
      ) : null}
    </div>
  );
}

type TableRowProps = {
  row: { id: number | string };
  index: number;
  /** Whether a divider is above it. */
  isBelow: boolean;
  columns: readonly Column<never>[];
  memory: FlashMemory;
};

const TableRow = memo(function TableRow({ row, index, isBelow, columns, memory }: TableRowProps) {
  const ref = useFlash<HTMLTableRowElement>(memory, String(row.id), row);
  return (
    <tr
      ref={ref}
      role="row"
      data-row={row.id}
      style={{ '--index': index, '--above': isBelow ? 1 : 0 } as CSSProperties}
    >
      {columns.map(({ slot, isNumber, cell }) => (
        <td
          key={slot}
          role={slot === 'title' ? 'rowheader' : 'cell'}
          data-slot={slot}
          data-number={isNumber}
          style={{ '--area': slot } as CSSProperties}
        >
          {cell(row as never)}
        </td>
      ))}
    </tr>
  );
});
