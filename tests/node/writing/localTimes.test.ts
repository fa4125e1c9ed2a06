import { describe, expect, it } from 'vitest';
import { instantOf, instantsOf, nextShown } from '../../../web/dashboard/src/data/zone.js';

const iso = (instants: readonly number[]): string[] => instants.map((instant) => new Date(instant).toISOString());

describe('a time on the clocks of a zone', () => {
  it.each([
    ['2027-03-31T14:30', 'America/New_York', '2027-03-31T18:30:00.000Z'],
    ['2027-03-14T01:59', 'America/New_York', '2027-03-14T06:59:00.000Z'],
    ['2027-03-14T03:00', 'America/New_York', '2027-03-14T07:00:00.000Z'],
    ['2027-11-07T00:59', 'America/New_York', '2027-11-07T04:59:00.000Z'],
    ['2027-11-07T02:00', 'America/New_York', '2027-11-07T07:00:00.000Z'],
    ['2027-06-01T12:00', 'UTC', '2027-06-01T12:00:00.000Z'],
    ['2027-06-01T12:00', 'Asia/Kathmandu', '2027-06-01T06:15:00.000Z'],
  ])('that comes once, %s in %s, is one moment', (wall, zone, moment) => {
    expect(iso(instantsOf(wall, zone))).toEqual([moment]);
    expect(nextShown(wall, zone)).toBeUndefined();
  });

  it.each([
    ['2027-11-07T01:30', 'America/New_York', ['2027-11-07T05:30:00.000Z', '2027-11-07T06:30:00.000Z']],
    ['2027-10-31T02:00', 'Europe/Berlin', ['2027-10-31T00:00:00.000Z', '2027-10-31T01:00:00.000Z']],
    ['2027-04-04T01:45', 'Australia/Lord_Howe', ['2027-04-03T14:45:00.000Z', '2027-04-03T15:15:00.000Z']],
  ])('that comes twice, %s in %s, is two moments, of which the first counts', (wall, zone, moments) => {
    expect(iso(instantsOf(wall, zone))).toEqual(moments);
    expect(iso([instantOf(wall, zone)])).toEqual(moments.slice(0, 1));
    expect(nextShown(wall, zone)).toBeUndefined();
  });

  it.each([
    ['2027-03-14T02:00', 'America/New_York', '2027-03-14T03:00'],
    ['2027-03-14T02:30', 'America/New_York', '2027-03-14T03:00'],
    ['2027-03-14T02:59', 'America/New_York', '2027-03-14T03:00'],
    ['2027-03-28T02:30', 'Europe/Berlin', '2027-03-28T03:00'],
    ['2027-03-28T01:30', 'Europe/London', '2027-03-28T02:00'],
    ['2027-10-03T02:15', 'Australia/Lord_Howe', '2027-10-03T02:30'],
    ['2027-04-30T00:30', 'Africa/Cairo', '2027-04-30T01:00'],
    ['2011-12-30T12:00', 'Pacific/Apia', '2011-12-31T00:00'],
  ])('that is left out, %s in %s, is no moment, and %s is the next', (wall, zone, next) => {
    expect(instantsOf(wall, zone)).toEqual([]);
    expect(nextShown(wall, zone)).toBe(next);
    expect(instantsOf(next, zone)).toHaveLength(1);
  });

  it.each(['0002-01-01T10:00', '1850-06-01T10:00', '9999-12-31T23:59', '102026-03-14T02:30'])(
    'of a year that somebody is still typing, %s, is never left out',
    (wall) => {
      expect(nextShown(wall, 'America/New_York')).toBeUndefined();
    },
  );
});
