import type { ReactNode } from 'react';
import type { LiveRowsState } from 'switchboard-realtime';
import { PlusIcon } from '../app/icons.js';
import { formatCount } from '../format.js';

type Props = {
  title: string;
  /** Undefined while it is not known. */
  count: number | undefined;
  state: LiveRowsState;
  /** Why it is not live; empty when there is nothing to say. */
  message: string;
  add?: string;
  onAdd?: () => void;
  onRetry: () => void;
  children: ReactNode;
};

const SKELETON_ROWS = 12;

/** The frame of a table: its name, how many rows, how fresh they are. What it says changes nothing in its layout. */
export function TablePanel({ title, count, state, message, add, onAdd, onRetry, children }: Props) {
  return (
    <section className="panel table-panel" aria-label={title} data-rows-state={state}>
      <div className="panel-head">
        <p className="table-note">
          <b>{count === undefined ? '–' : formatCount(count)}</b>
          <span className="table-state">{notes[state]}</span>
          {message !== '' && state !== 'live' ? (
            <>
              <button type="button" className="link" onClick={onRetry}>
                Try now
              </button>
              <span className="table-message" title={message}>
                {message}
              </span>
            </>
          ) : null}
        </p>
        {add === undefined ? null : (
          <button type="button" className="primary" onClick={onAdd}>
            <PlusIcon />
            {add}
          </button>
        )}
      </div>
      {state === 'loading' ? <Skeleton /> : children}
    </section>
  );
}

const notes: Readonly<Record<LiveRowsState, string>> = {
  loading: 'loading',
  live: 'in all',
  stale: 'as last seen.',
  polling: 'asked for now and then.',
};

function Skeleton() {
  return (
    <div className="skeleton" role="status" aria-label="Loading rows">
      {Array.from({ length: SKELETON_ROWS }, (_, index) => (
        <div key={index} />
      ))}
    </div>
  );
}
