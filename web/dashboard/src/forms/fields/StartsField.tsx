import { instantOf, instantsOf, nextShown, wallTime, zoneNameAt } from '../../data/zone.js';
import { useMinute } from '../../data/today.js';
import { formatClock, formatWhen } from '../../format.js';
import type { LocalTime } from '../bookingFields.js';
import { SelectField, TextField } from './Field.js';

const YEAR_MS = 366 * 86_400_000;

type Props = {
  value: LocalTime;
  /** The start that the database has, ISO 8601; undefined for a new booking. */
  stored: string | undefined;
  /** Of the business. */
  zone: string;
  onValue: (value: LocalTime) => void;
};

/** When a booking starts. Says so where the clocks leave the time out, and offers the next; where a time comes twice it asks which is meant. */
export function StartsField({ value: { wall, isSecond }, stored, zone, onValue }: Props) {
  const now = useMinute();
  const moments = wall === '' ? [] : instantsOf(wall, zone);
  const next = wall === '' ? undefined : nextShown(wall, zone);
  const isTwice = moments.length > 1;
  return (
    <>
      <TextField
        label="Starts"
        name="starts"
        type="datetime-local"
        required
        max="9999-12-31T23:59"
        value={wall}
        hint={
          stored !== undefined && wallTime(Date.parse(stored), zone) === wall ? undefined : farText(wall, zone, now)
        }
        problem={
          next === undefined ? undefined : `There is no ${writtenClock(wall)} on this day: the clocks go forward.`
        }
        remedy={
          next === undefined ? null : (
            <button
              type="button"
              className="link"
              onClick={() => {
                onValue({ wall: next, isSecond: false });
              }}
            >
              Take {formatWhen(Date.parse(`${next}Z`), 'UTC')}
            </button>
          )
        }
        onValue={(text) => {
          onValue({ wall: text, isSecond: false });
        }}
      />
      {isTwice ? (
        <SelectField
          label={`Which ${writtenClock(wall)}? The clocks go back.`}
          name="which-time"
          choices={moments.map((moment, index) => ({
            value: String(index),
            label: `The ${index === 0 ? 'first' : 'second'} (${zoneNameAt(moment, zone)})`,
          }))}
          value={isSecond ? '1' : '0'}
          onValue={(index) => {
            onValue({ wall, isSecond: index === '1' });
          }}
        />
      ) : null}
    </>
  );
}

/** Points out a start that is seldom meant. `now`: Unix ms. */
export function farText(wall: string, zone: string, now: number): string | undefined {
  const moment = instantOf(wall, zone);
  if (moment < now) return `This is in the past: ${formatWhen(moment, zone, now)}.`;
  return moment > now + YEAR_MS ? `This is more than a year ahead: ${formatWhen(moment, zone, now)}.` : undefined;
}

/** A time that no clock need show, as people write it. */
function writtenClock(wall: string): string {
  return formatClock(Date.parse(`${wall}Z`), 'UTC');
}
