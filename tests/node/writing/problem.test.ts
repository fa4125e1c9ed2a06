import { describe, expect, it } from 'vitest';
import { problemOf, refusal, UnreachableError } from '../../../web/dashboard/src/writing/index.js';

const nameOf = (column: string): string => (column === 'client_name' ? 'client' : column);

function textOf(status: number, body: object): string {
  return problemOf(refusal(status, JSON.stringify(body)), nameOf).text;
}

describe('a problem', () => {
  it.each([
    [
      {
        code: '22003',
        message: 'numeric field overflow',
        details: 'A field with precision 10, scale 2 must round to an absolute value less than 10^8.',
      },
      'The amount is too large: at most 99,999,999.99.',
    ],
    [{ code: '22003', message: 'integer out of range' }, 'A number is too large.'],
    [
      {
        code: '23502',
        message: 'null value in column "client_name" of relation "bookings" violates not-null constraint',
      },
      'Something is missing: client.',
    ],
    [{ code: '42501', message: 'permission denied for table bookings' }, 'You are not allowed to change this.'],
    [
      { code: '25006', message: 'cannot execute UPDATE in a read-only transaction' },
      'The database is set to read only, so nothing can be saved now. Try again later.',
    ],
    [
      { code: '53100', message: 'could not extend file' },
      'The database is full or has too much to do, so nothing was saved. Try again later.',
    ],
    [
      { code: '57P01', message: 'terminating connection due to administrator command' },
      'The database is being restarted: try again in a moment.',
    ],
    [
      { code: '42703', message: 'column "version" does not exist' },
      'This page and its database do not fit together, so nothing was saved. Ask whoever looks after them.',
    ],
    [{ code: '99999', message: 'boom' }, 'The server did not accept this.'],
  ])('names in words what the database refused: %j', (body, text) => {
    expect(textOf(400, body)).toBe(text);
  });

  it.each([
    [401, 'You are signed out: sign in and try again.'],
    [403, 'You are not allowed to change this.'],
    [410, 'The server was started again, so this page can save nothing: reload it.'],
    [429, 'Too many requests at once: try again in a moment.'],
    [502, 'The server has a problem: try again in a moment.'],
  ])('is named by the status %i where there is no code', (status, text) => {
    expect(textOf(status, { message: 'boom' })).toBe(text);
  });

  it('keeps code and message of the server as its detail', () => {
    const error = refusal(400, JSON.stringify({ code: '22003', message: 'out of range', details: null, hint: null }));
    expect(problemOf(error).detail).toBe('HTTP 400 · 22003 · out of range');
  });

  it('takes any body: a page of a proxy, a list, nothing', () => {
    const page = problemOf(refusal(502, '<html>Bad Gateway</html>'));
    expect(page.detail).toBe('HTTP 502 · <html>Bad Gateway</html>');
    expect(problemOf(refusal(500, '[1]')).detail).toBe('HTTP 500 · [1]');
    expect(problemOf(refusal(500, '')).detail).toBe('HTTP 500');
  });

  it('differs from a server that cannot be reached', () => {
    expect(problemOf(new UnreachableError('Failed to fetch'))).toEqual({
      text: 'The server cannot be reached: try again in a moment.',
      detail: 'Failed to fetch',
    });
  });
});
