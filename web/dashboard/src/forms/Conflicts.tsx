import { useEffect, useRef } from 'react';
import { InLocale } from '../app/InLocale.js';
import { useZone } from '../data/today.js';
import { formatTime } from '../format.js';
import type { Conflict, EditState } from '../writing/index.js';
import { capitalized, describeChange } from './saves/describeChange.js';

type Props<Draft> = {
  state: EditState<Draft>;
  onResolve: (field: keyof Draft, winner: 'mine' | 'theirs') => void;
};

/** What others changed in the row of the open form: what was taken over, and what has to be decided. */
export function Conflicts<Draft>({ state, onResolve }: Props<Draft>) {
  const { conflicts, news, changedAt } = state;
  const zone = useZone();
  const list = useRef<HTMLUListElement>(null);
  const hasDecided = useRef(false);
  useEffect(() => {
    if (!hasDecided.current) return;
    hasDecided.current = false;
    // The button that was pressed is gone with its line.
    const next = list.current?.querySelector('button');
    (next ?? document.querySelector<HTMLElement>('.sheet [type="submit"]'))?.focus();
  }, [conflicts]);
  if (changedAt === null || (conflicts.length === 0 && news.length === 0)) return null;
  return (
    <div className="form-note" data-tone={conflicts.length > 0 ? 'warn' : 'calm'} tabIndex={-1}>
      <div role={conflicts.length > 0 ? 'alert' : 'status'}>
        <p>
          <b>
            Changed by someone else at <InLocale>{formatTime(changedAt, zone)}</InLocale>.
          </b>{' '}
          {news.map(describeChange).join(' ')}
        </p>
        {conflicts.length === 0 ? null : <p>Which is to be saved?</p>}
      </div>
      {conflicts.length === 0 ? null : (
        <ul ref={list}>
          {conflicts.map((conflict) => (
            <ConflictLine
              key={String(conflict.field)}
              conflict={conflict}
              onResolve={(winner) => {
                hasDecided.current = true;
                onResolve(conflict.field, winner);
              }}
            />
          ))}
        </ul>
      )}
    </div>
  );
}

type LineProps<Draft> = { conflict: Conflict<Draft>; onResolve: (winner: 'mine' | 'theirs') => void };

function ConflictLine<Draft>({ conflict: { label, before, theirs, mine }, onResolve }: LineProps<Draft>) {
  return (
    <li>
      <span>
        {capitalized(label)}: was {before}, now <b>{theirs}</b>. Yours: <b>{mine}</b>.
      </span>
      <span className="form-choice">
        <button
          type="button"
          className="quiet-button"
          aria-label={`Keep mine: ${label} ${mine}`}
          onClick={() => {
            onResolve('mine');
          }}
        >
          Keep mine
        </button>
        <button
          type="button"
          className="quiet-button"
          aria-label={`Take theirs: ${label} ${theirs}`}
          onClick={() => {
            onResolve('theirs');
          }}
        >
          Take theirs
        </button>
      </span>
    </li>
  );
}
