import type { Random } from '../random.js';

/** What a fetch does wrong. `half`: it leaves out half of a page and all after it. `stale`: it gives what was read before. */
export type FetchFault = 'error' | 'hang' | 'garbage' | 'half' | 'stale';

const KINDS: readonly FetchFault[] = ['error', 'hang', 'garbage', 'half', 'stale'];

const GARBAGE: readonly unknown[] = [
  null,
  undefined,
  'rows',
  42,
  { rows: 'none' },
  { data: [] },
  [null],
  [[1]],
  ['x'],
  { rows: [{ v: 1 }], next: null },
  [{ id: null, shop: null, sku: null }],
];

export class FetchFailure extends Error {
  override readonly name = 'FetchFailure';
}

/** The switch for fetches that go wrong, and how often each way was taken. */
export class FetchFaults {
  /** The share of fetches that go wrong. */
  share = 0;
  readonly counts = new Map<FetchFault, number>();
  #garbage = 0;

  draw(random: Random, mayBeStale: boolean): FetchFault | null {
    const [goesWrong, kind] = [random.next() < this.share, random.pick(KINDS)];
    if (!goesWrong || (kind === 'stale' && !mayBeStale)) return null;
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    return kind;
  }

  /** Throws, or never ends, or gives something that is no rows. */
  async commit(fault: FetchFault, signal: AbortSignal): Promise<unknown> {
    if (fault === 'error') throw new FetchFailure('503 Service Unavailable');
    if (fault === 'garbage') return GARBAGE[(this.#garbage += 1) % GARBAGE.length];
    await new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(new FetchFailure('aborted'));
      });
    });
    return null;
  }
}
