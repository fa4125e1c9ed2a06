import { describe, expect, it } from 'vitest';
import { helpWidth, reflowed } from '../../../web/cli/helpText.js';

const text = `
Prints one line per change, broadcast, change of presence, gap, change of status
and change of the connection.

Examples:
  $ switchboard-realtime listen --table "bookings:business_id=eq.7" \\
      --table clients --event insert --json | jq .new
  (both take url and key from SUPABASE_URL and SUPABASE_ANON_KEY)

Exit codes:
  0    listen: --count reached; send: all sent, and acknowledged if asked for;
       doctor: nothing found (notes do not count)
  2    wrong usage`;

describe('the text below --help', () => {
  it('stays as it is written where there is room for it', () => {
    expect(reflowed(text, 80)).toBe(text);
    expect(reflowed(text, 200)).toBe(text);
  });

  it('is wrapped again for a narrow terminal, all but commands', () => {
    expect(reflowed(text, 48)).toBe(`
Prints one line per change, broadcast, change of
presence, gap, change of status and change of
the connection.

Examples:
  $ switchboard-realtime listen --table "bookings:business_id=eq.7" \\
      --table clients --event insert --json | jq .new
  (both take url and key from SUPABASE_URL and
  SUPABASE_ANON_KEY)

Exit codes:
  0    listen: --count reached; send: all sent,
       and acknowledged if asked for; doctor:
       nothing found (notes do not count)
  2    wrong usage`);
  });

  it('is as wide as the terminal, else as COLUMNS says, else 80', () => {
    expect(helpWidth({ columns: 60 }, { COLUMNS: '100' })).toBe(60);
    expect(helpWidth({}, { COLUMNS: '100' })).toBe(100);
    for (const COLUMNS of ['', '0', '-1', 'wide']) expect(helpWidth({}, { COLUMNS })).toBe(80);
    expect(helpWidth({}, {})).toBe(80);
  });
});
