import { describe, expect, it } from 'vitest';
import { fakeTime, tick } from '../support/fakeTime.js';
import { goLive } from '../support/liveRowsBench.js';
import { randomFrom } from '../support/random.js';
import { batch, Bench, changeText } from '../support/scriptedEngine.js';

type AnyRow = Record<string, unknown>;

interface Change {
  readonly type: 'INSERT' | 'UPDATE' | 'DELETE';
  readonly record: AnyRow;
  readonly old: AnyRow;
}

fakeTime();

/** A table with a large column, which an UPDATE that does not change it leaves out with REPLICA IDENTITY DEFAULT. */
class Table {
  readonly rows = new Map<number, AnyRow>();
  readonly #random: (below: number) => number;
  readonly #isFull: boolean;
  #step = 0;

  constructor(random: (below: number) => number, isFull: boolean) {
    this.#random = random;
    this.#isFull = isFull;
  }

  change(): Change {
    this.#step += 1;
    const id = this.#random(6);
    const before = this.rows.get(id);
    const state = ['open', 'closed'][this.#random(2)];
    if (before === undefined) {
      const record = { id, state, n: this.#step, note: `note ${this.#step}` };
      this.rows.set(id, record);
      return { type: 'INSERT', record, old: {} };
    }
    const old = this.#isFull ? before : { id };
    if (this.#random(3) === 0) {
      this.rows.delete(id);
      return { type: 'DELETE', record: {}, old };
    }
    const note = this.#random(3) === 0 ? { note: `note ${this.#step}` } : {};
    const changed = { id, state, n: this.#step, ...note };
    const after = { ...before, ...changed };
    this.rows.set(id, after);
    return { type: 'UPDATE', record: this.#isFull ? after : changed, old };
  }
}

/** The net effect of two changes of one row, as a window of `latest` with `keepDeletes` hands it over. */
function net(first: Change | undefined, then: Change): Change {
  if (first === undefined) return then;
  if (then.type === 'DELETE') return { ...then, old: first.type === 'INSERT' ? then.old : first.old };
  if (then.type === 'INSERT') return { type: 'UPDATE', record: then.record, old: first.old };
  return { ...first, record: { ...first.record, ...then.record } };
}

const COLUMNS = [
  { name: 'id', type: 'int8' },
  { name: 'state', type: 'text' },
  { name: 'n', type: 'int8' },
  { name: 'note', type: 'text' },
];

function textOf({ type, record, old }: Change): string {
  const images = type === 'DELETE' ? {} : { record, ...(type === 'UPDATE' && { old_record: old }) };
  return changeText(type === 'DELETE' ? old : record, type, { columns: COLUMNS, ...images });
}

describe.each([false, true])('rows from the net effects of windows, with whole old rows: %s', (isFull) => {
  it.each([
    ['of the table', {}, (): boolean => true],
    ['of a filter', { filter: 'state=eq.open', wide: true }, ({ state }: AnyRow): boolean => state === 'open'],
  ])('%s are those of the table after each', async (_, options, belongs) => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const random = randomFrom(seed);
      const table = new Table(random, isFull);
      const bench = new Bench({ resyncJitterMs: 0 });
      const rows = (): AnyRow[] => [...table.rows.values()].filter(belongs);
      const live = bench.manager.liveRows<AnyRow>({
        ...{ table: 'items', key: 'id', delivery: { mode: 'latest', everyMs: 50 } },
        fetch: () => Promise.resolve(rows()),
        ...options,
      });
      const engine = await bench.open();
      await goLive({ engine });
      await tick(1_000);
      for (let window = 0; window < 30; window += 1) {
        const effects = new Map<unknown, Change>();
        for (let count = 1 + random(8); count > 0; count -= 1) {
          const change = table.change();
          const id = change.record['id'] ?? change.old['id'];
          effects.set(id, net(effects.get(id), change));
        }
        engine.deliver(batch([1], ...[...effects.values()].map(textOf)));
        // What lacks a column is fetched.
        if (!isFull) await tick(10_000);
        expect(live.status().state, `seed ${seed}`).toBe('live');
        expect(live.rows(), `seed ${seed}`).toEqual(rows().sort((a, b) => Number(a['id']) - Number(b['id'])));
      }
      await bench.manager.dispose();
    }
  });
});
