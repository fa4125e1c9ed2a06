import { instantsOf, nextShown, zoneNameAt } from '../../data/zone.js';
import { formatClock, formatWhen } from '../../format.js';
import type { LocalTime } from '../bookingFields.js';
import { SelectField, TextField } from './Field.js';

type Props = {
  value: LocalTime;
  /** Of the business. */
  zone: string;
  onValue: (value: LocalTime) => void;
};

/** When a booking starts. Says so where the clocks leave the time out, and offers the next; where a time comes twice it asks which is meant. */
export function StartsField({ value: { wall, isSecond }, zone, onValue }: Props) {
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

/** A time that no clock need show, as people write it. */
function writtenClock(wall: string): string {
  return formatClock(Date.parse(`${wall}Z`), 'UTC');
}
