import type { Gap } from 'switchboard-realtime';
import { describe, expect, it } from 'vitest';
import { PlainCheck } from '../../chaos/check/plainCheck.js';
import { PlainLog } from '../../chaos/clients/plainLog.js';
import { changeId, type LedgerChange } from '../../chaos/world/ledger.js';

type Mode = 'each' | 'latest' | 'count';

const BEGUN = 1_790_000_000_000;

/** Commits one row after another, a second apart; each is an UPDATE of the row `key`. */
function written(...keys: string[]): LedgerChange[] {
  return keys.map((key, seq) => {
    const newRow = { id: key, owner: 'ann', v: String(seq + 1), note: null };
    const oldRow = { ...newRow, v: String(-seq) };
    const id = changeId('UPDATE', newRow, oldRow);
    const at = BEGUN + seq * 1_000;
    return { seq, at, table: 'rooms', type: 'UPDATE', id, newRow, oldRow, newKey: key, oldKey: key };
  });
}

function receive(log: PlainLog, change: LedgerChange | undefined, values: object = {}): void {
  if (change === undefined) throw new Error('no such change');
  const { newRow, oldRow, type } = change;
  log.take({ eventType: type, new: { ...newRow, ...values }, old: oldRow, errors: null });
}

function gap(change: LedgerChange | undefined, to: LedgerChange | undefined): Gap {
  const from = change?.at ?? 0;
  const times = { from, fromCommit: new Date(from).toISOString(), to: to?.at ?? null };
  return { id: 1, subscription: 1, code: 'CONNECTION_LOST', message: '', ...times, over: true, outcome: 'unknown' };
}

function judge(mode: Mode, changes: LedgerChange[], fill: (log: PlainLog) => void, silent = false): string[] {
  const log = new PlainLog();
  const client = { name: 'it', spec: { name: 'it', table: 'rooms' as const }, mode, wants: () => true, log };
  const check = new PlainCheck(
    client,
    { byId: new Map(changes.map((each) => [each.id, each])) },
    { lost: () => silent, mustTell: () => false },
  );
  fill(log);
  return check.judge(changes).problems;
}

describe('the check of the chaos test', () => {
  const all = written('1', '2', '1', '2');

  it('has nothing to say when each change came once and in order', () => {
    const problems = judge('each', all, (log) => {
      for (const change of all) receive(log, change);
    });
    expect(problems).toEqual([]);
  });

  it('finds a change that never came', () => {
    const problems = judge('each', all, (log) => {
      for (const change of [all[0], all[2], all[3]]) receive(log, change);
    });
    expect(problems).toEqual([expect.stringMatching(/^never got UPDATE rooms 2 \(write 2,/)]);
  });

  it('lets a change be missed inside a gap, and not after it', () => {
    const missed = (to: LedgerChange | undefined): string[] =>
      judge('each', all, (log) => {
        receive(log, all[0]);
        log.gap(gap(all[0], to));
        receive(log, all[3]);
      });
    expect(missed(all[2])).toEqual([]);
    expect(missed(all[1])).toEqual([expect.stringMatching(/^never got UPDATE rooms 1 \(write 3,/)]);
  });

  it('lets a change be missed that the server has lost in silence', () => {
    expect(judge('each', all, () => undefined, true)).toEqual([]);
  });

  it('finds a change that came twice', () => {
    const problems = judge('each', all, (log) => {
      for (const change of [all[0], all[1], all[1], all[2], all[3]]) receive(log, change);
    });
    expect(problems).toEqual([expect.stringMatching(/^got UPDATE rooms 2 .* twice$/)]);
  });

  it('finds disorder', () => {
    const problems = judge('each', all, (log) => {
      for (const change of [all[1], all[0], all[2], all[3]]) receive(log, change);
    });
    expect(problems).toEqual([expect.stringMatching(/^got UPDATE rooms 1 .* after seq 1$/)]);
  });

  it('finds wrong values, and changes that nobody made', () => {
    const problems = judge('each', all, (log) => {
      for (const change of all) receive(log, change, change === all[1] ? { owner: 'eve' } : {});
      log.take({ eventType: 'INSERT', new: { id: 1, v: 99 }, old: {}, errors: null });
    });
    expect(problems).toEqual([
      'write 2 came with owner = eve',
      expect.stringMatching(/^got what was never written, or not for it: INSERT 99/),
    ]);
  });

  it('finds a count that is too low or too high', () => {
    expect(
      judge('count', all, (log) => {
        log.take({ count: 4 });
      }),
    ).toEqual([]);
    expect(
      judge('count', all, (log) => {
        log.take({ count: 3 });
      }),
    ).toEqual(['counted 3 changes, not 4 to 4']);
    expect(
      judge('count', all, (log) => {
        log.take({ count: 5 });
      }),
    ).toEqual(['counted 5 changes, not 4 to 4']);
  });

  it('finds a row whose last change never came where only net effects are delivered', () => {
    const net = (...changes: (LedgerChange | undefined)[]): string[] =>
      judge('latest', all, (log) => {
        for (const change of changes) receive(log, change);
      });
    expect(net(all[2], all[3])).toEqual([]);
    expect(net(all[2], all[1])).toEqual(['rooms 2 is known as 2, and not as 4']);
    expect(net(all[2])).toEqual(['rooms 2 is known as undefined, and not as 4']);
  });
});
