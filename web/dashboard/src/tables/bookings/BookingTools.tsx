import { useRef } from 'react';
import { Fold } from '../../app/room/Fold.js';
import { setSearch } from '../../app/useSearchParameter.js';
import { shiftDate, type Day } from '../../data/today.js';
import { formatDay, formatLongDay, locale } from '../../format.js';
import { PointedNote } from '../PointedNote.js';

type Props = {
  today: Day;
  /** Null: all days. */
  day: Day | null;
  client: string;
  /** What an alert pointed at, if rows are shown for that. */
  pointed: number | null;
};

/** Which bookings are on display: a day, those of a client, or those an alert pointed at. All of it is in the address. */
export function BookingTools(props: Props) {
  const { today, day, client, pointed } = props;
  return (
    <Fold className="tools-fold" summary={<InShort {...props} />}>
      <div className="tools" role="group" aria-label="Which bookings">
        <DayTools today={today} day={day} applies={client === '' && pointed === null} />
        <input
          type="search"
          aria-label="Find a client"
          placeholder="Find a client"
          value={client}
          onChange={({ target }) => {
            setSearch({ client: target.value === '' ? null : target.value, rows: null }, { replace: true });
          }}
        />
        <p className="tool-note">
          <Note {...props} />
        </p>
      </div>
    </Fold>
  );
}

/** What is chosen, for where there is no room for what chooses it. */
function InShort({ today, day, client, pointed }: Props) {
  if (pointed !== null) return <span>Of an alert</span>;
  if (client !== '') return <span>“{client}”</span>;
  if (day === null) return <span>All days</span>;
  if (day.date === today.date) return <span>Today</span>;
  return <span lang={locale}>{formatDay(day.from, day.zone)}</span>;
}

function Note({ day, client, pointed }: Props) {
  if (pointed !== null) {
    return (
      <>
        All days: <PointedNote what="booking" count={pointed} />
      </>
    );
  }
  if (client !== '') return 'All days: what is found, the next first.';
  if (day === null) return 'All days, the next first.';
  return <span lang={locale}>{formatLongDay(day.from, day.zone)}</span>;
}

type DayProps = Pick<Props, 'today' | 'day'> & {
  /** Whether rows are chosen by day at present. If not, no day is shown; `day` is the one to return to. */
  applies: boolean;
};

function DayTools({ today, day, applies }: DayProps) {
  const isTyping = useRef(false);
  const show = (date: string | null, how = {}): void => {
    setSearch({ day: date === today.date ? null : (date ?? 'all'), rows: null, client: null }, how);
  };
  const endTyping = (): void => {
    isTyping.current = false;
  };
  const shift = (days: number) => () => {
    show(shiftDate(day?.date ?? today.date, days));
  };
  return (
    <div className="tool-days">
      <button type="button" className="quiet-button" aria-label="The day before" onClick={shift(-1)}>
        ‹
      </button>
      <input
        type="date"
        aria-label="Day"
        max="9999-12-30"
        value={applies ? (day?.date ?? '') : ''}
        onPointerDown={endTyping}
        onBlur={({ currentTarget }) => {
          // Its parts lose the focus to each other, too.
          if (document.activeElement !== currentTarget) endTyping();
        }}
        onChange={({ target }) => {
          if (target.value === '') return;
          // Each digit of a year makes another day; Back leads to the one before them all.
          show(target.value, { replace: isTyping.current });
          isTyping.current = true;
        }}
      />
      <button type="button" className="quiet-button" aria-label="The day after" onClick={shift(1)}>
        ›
      </button>
      <button
        type="button"
        className="quiet-button"
        aria-pressed={applies && day?.date === today.date}
        onClick={() => {
          show(today.date);
        }}
      >
        Today
      </button>
      <button
        type="button"
        className="quiet-button"
        aria-pressed={applies && day === null}
        onClick={() => {
          show(null);
        }}
      >
        All days
      </button>
    </div>
  );
}
