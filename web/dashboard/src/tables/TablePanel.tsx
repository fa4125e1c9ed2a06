import type { ReactNode } from 'react';
import { AsOf } from '../app/AsOf.js';
import { FailureNotice } from '../app/failures/FailureNotice.js';
import { PlusIcon } from '../app/icons.js';
import { isKnown, worstOf, type Joined, type ReadState } from '../data/readState.js';
import { useIsReplaced } from '../data/network.js';
import { formatCount } from '../format.js';

/** How many rows there are, and of those on display how many, and what they are: `today`. */
export type RowCount = { readonly all: number; readonly shown?: { readonly rows: number; readonly which: string } };

type Props = {
  title: string;
  read: ReadState;
  /** What the rows are shown with. */
  joined?: Joined | undefined;
  /** Undefined while it is not known. */
  count: RowCount | undefined;
  add?: string;
  onAdd?: () => void;
  onRetry: () => void;
  /** What chooses rows. */
  tools?: ReactNode;
  children: ReactNode;
};

const SKELETON_ROWS = 12;

/** The frame of a table: its name, how many rows, how fresh they are. What it says changes nothing in its layout. */
export function TablePanel({ title, read, joined, count, add, onAdd, onRetry, tools, children }: Props) {
  const isReplaced = useIsReplaced();
  const whole = joined === undefined ? read : worstOf(read, joined.read);
  return (
    <section className="panel table-panel" aria-label={title} data-rows-state={whole.state}>
      <div className="panel-head">
        <div className="panel-title">
          <h3>
            {title} <span className="table-count">{count === undefined ? '–' : countText(count)}</span>
          </h3>
          <p className="table-note">
            {joined !== undefined && isKnown(read) && !isKnown(joined.read) ? (
              <UnknownNote {...joined} />
            ) : (
              <Note
                read={isKnown(read) ? whole : read}
                onRetry={() => {
                  onRetry();
                  void joined?.refresh();
                }}
              />
            )}
          </p>
        </div>
        {add === undefined ? null : (
          <button type="button" className="primary" onClick={onAdd}>
            <PlusIcon />
            {add}
          </button>
        )}
      </div>
      {tools}
      {read.state === 'loading' ? <Skeleton /> : null}
      {read.state === 'failed' ? (
        <FailureNotice message={read.message} onRetry={onRetry}>
          {title} could not be read.{isReplaced ? null : ' It is tried again by itself.'}
        </FailureNotice>
      ) : null}
      {isKnown(read) ? children : null}
    </section>
  );
}

function countText({ all, shown }: RowCount): string {
  return shown === undefined ? formatCount(all) : `${formatCount(shown.rows)} ${shown.which} of ${formatCount(all)}`;
}

const words = { live: 'Live', loading: 'Loading', failed: 'Not read' } as const;

function Note({ read, onRetry }: { read: ReadState; onRetry: () => void }) {
  if (!('asOf' in read)) return words[read.state];
  return (
    <>
      <AsOf at={read.asOf} />{' '}
      <button type="button" className="link" onClick={onRetry}>
        Try now
      </button>
    </>
  );
}

/** The rows are there, and a part of each is not. */
function UnknownNote({ what, read, refresh }: Joined) {
  if (read.state === 'loading') return `Loading: ${what.toLowerCase()}`;
  return (
    <>
      <span role="alert">{what} could not be read.</span>{' '}
      <button type="button" className="link" onClick={() => void refresh()}>
        Try now
      </button>
    </>
  );
}

function Skeleton() {
  return (
    <div className="skeleton" role="status" aria-label="Loading rows">
      {Array.from({ length: SKELETON_ROWS }, (_, index) => (
        <div key={index} />
      ))}
    </div>
  );
}
