import { describe, expect, it } from 'vitest';
import type { Booking } from '../../../web/dashboard/src/data/database.js';
import type { BookingDraft } from '../../../web/dashboard/src/forms/bookingFields.js';
import { overlapsOf } from '../../../web/dashboard/src/forms/overlaps.js';

const ZONE = 'America/New_York';

const booking = (columns: Partial<Booking>): Booking =>
  ({
    id: 1,
    client_id: 7,
    client_name: 'Ada',
    staff_id: 3,
    status: 'confirmed',
    // 10:00 on the clocks of the business.
    starts_at: '2026-03-31T14:00:00Z',
    duration_minutes: 30,
    ...columns,
  }) as Booking;

const draft = (fields: Partial<BookingDraft>): BookingDraft => ({
  client: { id: 8, name: 'Bo' },
  service: 'Cut',
  starts: { wall: '2026-03-31T10:15', isSecond: false },
  minutes: '30',
  amount: '',
  staff: '3',
  status: 'pending',
  ...fields,
});

const found = (rows: readonly Booking[], fields: Partial<BookingDraft>, id?: number): unknown[] =>
  overlapsOf(rows, id, draft(fields), ZONE).map((overlap) => [overlap.booking.id, overlap.of]);

const at = (wall: string): Pick<BookingDraft, 'starts'> => ({
  starts: { wall: `2026-03-31T${wall}`, isSecond: false },
});

describe('a booking overlaps another one of the same person of the staff', () => {
  it.each([
    ['that begins before and ends within', '09:45', '30', true],
    ['that is the same', '10:00', '30', true],
    ['that lies within', '10:10', '5', true],
    ['that it lies within', '09:00', '180', true],
    ['that ends when it begins, which is none', '10:30', '30', false],
    ['that begins when it ends, which is none', '09:30', '30', false],
    ['on the clocks of the business, not of the browser', '14:00', '30', false],
  ])('%s', (_how, wall, minutes, isFound) => {
    expect(found([booking({})], { ...at(wall), minutes })).toEqual(isFound ? [[1, 'staff']] : []);
  });

  it('unless one of the two does not take place, or they are one', () => {
    for (const status of ['cancelled', 'no_show']) {
      expect(found([booking({ status })], {})).toEqual([]);
      expect(found([booking({})], { status })).toEqual([]);
    }
    expect(found([booking({})], {}, 1)).toEqual([]);
    expect(found([booking({})], {}, 2)).toEqual([[1, 'staff']]);
  });

  it('but not where nobody is chosen, or another person', () => {
    expect(found([booking({ staff_id: null })], { staff: '' })).toEqual([]);
    expect(found([booking({})], { staff: '4' })).toEqual([]);
  });

  it.each(['', 'soon'])('and none while the minutes are %j', (minutes) => {
    expect(found([booking({})], { minutes })).toEqual([]);
  });

  it('and none while there is no start', () => {
    expect(found([booking({})], { starts: { wall: '', isSecond: false } })).toEqual([]);
  });
});

describe('a booking overlaps another one of the same client', () => {
  const other = { staff: '4' };

  it.each([
    ['by number, whatever the name', { client_id: 7, client_name: 'Ada' }, { id: 7, name: 'Ada L.' }, true],
    ['not a namesake', { client_id: 9, client_name: 'Ada' }, { id: 7, name: 'Ada' }, false],
    [
      'by name where neither is in the list',
      { client_id: null, client_name: 'zoë  W' },
      { id: null, name: 'Zoe w' },
      true,
    ],
    ['not by another name', { client_id: null, client_name: 'Ada' }, { id: null, name: 'Bo' }, false],
    ['not by no name', { client_id: null, client_name: '' }, { id: null, name: ' ' }, false],
    ['not while it is not chosen which', { client_id: 7, client_name: 'Ada' }, { id: 'unchosen', name: 'Ada' }, false],
  ] as const)('%s', (_how, row, client, isFound) => {
    expect(found([booking(row)], { ...other, client })).toEqual(isFound ? [[1, 'client']] : []);
  });

  it('which is said once where it is the same person of the staff too', () => {
    expect(found([booking({})], { client: { id: 7, name: 'Ada' } })).toEqual([[1, 'staff']]);
  });
});

it('overlaps come in the order of their start', () => {
  const rows = [
    booking({ id: 1, starts_at: '2026-03-31T14:20:00Z' }),
    booking({ id: 2, starts_at: '2026-03-31T14:05:00Z' }),
  ];
  expect(found(rows, {})).toEqual([
    [2, 'staff'],
    [1, 'staff'],
  ]);
});
