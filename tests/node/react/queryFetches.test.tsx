// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider, useQuery, type QueryKey } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useQueryInvalidation } from 'switchboard-realtime/react';
import { notify, subscriptionDelta } from '../support/scriptedEngine.js';
import { Stage } from './support/stage.js';

/** A query function whose answers the test gives. */
class Fetches {
  readonly #open: ((answer: string | Error) => void)[] = [];
  /** How many were asked for, and how many of them were cancelled. */
  asked = 0;
  cancelled = 0;

  readonly fetch = ({ signal }: { signal: AbortSignal }): Promise<string> => {
    this.asked += 1;
    signal.addEventListener('abort', () => void (this.cancelled += 1));
    return new Promise((resolve, reject) => {
      this.#open.push((answer) => {
        if (typeof answer === 'string') resolve(answer);
        else reject(answer);
      });
    });
  };

  /** The oldest open one. */
  answer(answer: string | Error): void {
    const open = this.#open.shift();
    if (open === undefined) throw new Error('nothing is being fetched');
    open(answer);
  }
}

let client: QueryClient;
let stage: Stage;
let fetches: Fetches;

beforeEach(() => {
  client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  stage = new Stage({ queryClient: client });
  fetches = new Fetches();
});

afterEach(async () => {
  await stage.close();
  client.clear();
});

const page = (children: ReactNode): ReactNode => <QueryClientProvider client={client}>{children}</QueryClientProvider>;

function Shown({ queryKey = ['bookings'], watch = true }: { queryKey?: QueryKey; watch?: boolean }): ReactNode {
  const { data = 'nothing' } = useQuery({ queryKey, queryFn: fetches.fetch });
  useQueryInvalidation(watch && { table: 'bookings', queryKeys: [queryKey] });
  return data;
}

/** As a router or a link does before anybody shows it. */
function fetchAhead(queryKey: QueryKey, { fetch }: Fetches): void {
  client.query({ queryKey, staleTime: 0, queryFn: fetch }).catch(() => undefined);
}

/** Keeps the subscription, for another key. */
function Other(): ReactNode {
  useQueryInvalidation({ table: 'bookings', queryKeys: [['other']] });
  return null;
}

/** A change comes, as one more frame. */
async function change(id = 1): Promise<void> {
  await stage.say(() => {
    stage.engine.framesIn += 1;
    stage.engine.deliver(notify([id], 1));
  });
}

async function answer(text: string | Error): Promise<void> {
  await stage.say(() => {
    fetches.answer(text);
  });
}

async function openLive(): Promise<void> {
  await stage.open();
  await stage.live(1);
}

async function shows(text: string): Promise<void> {
  await stage.until(() => {
    expect(stage.text).toBe(text);
  });
}

describe('a fetch that may have read the rows before they changed', () => {
  it('is followed by another when changes begin to flow during it', async () => {
    await stage.render(page(<Shown />));
    expect(fetches.asked).toBe(1);
    await openLive();
    expect(fetches.asked).toBe(1);
    await answer('old');
    expect(fetches.asked).toBe(2);
    await answer('new');
    await shows('new');
    expect(fetches).toMatchObject({ asked: 2, cancelled: 0 });
  });

  it('is followed by another when a change comes during it, though it is the first', async () => {
    await stage.render(page(<Other />));
    await openLive();
    await stage.render(page([<Other key="other" />, <Shown key="shown" />]));
    await change();
    await change();
    expect(fetches.asked).toBe(1);
    await answer('old');
    expect(fetches.asked).toBe(2);
    await answer('new');
    await shows('new');
    expect(fetches.asked).toBe(2);
  });

  it('is followed by another when it fails', async () => {
    await stage.render(page(<Shown />));
    await openLive();
    await answer(new Error('no network'));
    expect(fetches.asked).toBe(2);
    await answer('new');
    await shows('new');
  });

  it('leaves what it fetched out of date when nobody shows it', async () => {
    await stage.render(page(<Shown queryKey={['bookings', 'shown']} />));
    await openLive();
    await answer('old');
    await answer('new');
    const ahead = new Fetches();
    const queryKey = ['bookings', 'shown', 'ahead'];
    fetchAhead(queryKey, ahead);
    await change();
    await stage.say(() => {
      ahead.answer('old');
    });
    await stage.until(() => {
      expect(client.getQueryState(queryKey)).toMatchObject({ data: 'old', isInvalidated: true });
    });
    expect(ahead.asked).toBe(1);
  });

  it('is shown when it took longer than changes stay away', async () => {
    await stage.render(page(<Shown />));
    await openLive();
    await answer('first');
    for (const text of ['second', 'third', 'fourth']) {
      await change();
      await change();
      await answer(text);
      await shows(text);
    }
    expect(fetches).toMatchObject({ asked: 5, cancelled: 0 });
  });

  it('is started again after a gap, since its network may be gone', async () => {
    await stage.render(page(<Shown />));
    await openLive();
    await answer('old');
    expect(fetches).toMatchObject({ asked: 2, cancelled: 0 });
    await answer('old');
    await change();
    expect(fetches.asked).toBe(3);
    await stage.gap(1);
    await stage.until(() => {
      expect(fetches).toMatchObject({ asked: 4, cancelled: 1 });
    });
  });
});

describe('a first fetch during a gap', () => {
  it('does not pass for what the gap calls for', async () => {
    await stage.render(page(<Other />));
    await openLive();
    await stage.render(page([<Other key="other" />, <Shown key="shown" />]));
    const invalidate = vi.spyOn(client, 'invalidateQueries');
    await stage.gap(1);
    await stage.until(() => {
      expect(invalidate).toHaveBeenCalledWith({ queryKey: ['bookings'] }, expect.anything());
    });
    await answer('old');
    expect(fetches.asked).toBe(2);
    expect(stage.bench.manager.stats().gaps).toMatchObject({ refetched: 0 });
    await answer('new');
    await stage.until(() => {
      expect(stage.bench.manager.stats().gaps).toMatchObject({ refetched: 1 });
    });
    await shows('new');
  });
});

describe('a query that comes to a subscription that others hold', () => {
  async function leaveAndComeBack(meanwhile: () => Promise<void>): Promise<void> {
    await stage.render(page([<Other key="other" />, <Shown key="shown" />]));
    await openLive();
    await answer('old');
    await answer('old');
    await shows('old');
    await stage.render(page([<Other key="other" />]));
    await meanwhile();
    await stage.render(page([<Other key="other" />, <Shown key="shown" />]));
  }

  it('is fetched again when a change has come meanwhile', async () => {
    await leaveAndComeBack(change);
    expect(fetches.asked).toBe(3);
    await answer('new');
    await shows('new');
  });

  it('is fetched again when a gap has come meanwhile', async () => {
    await leaveAndComeBack(async () => {
      stage.engine.framesIn += 1;
      await stage.gap(1);
      await stage.until(() => {
        expect(stage.bench.manager.stats().gaps.refetched).toBe(1);
      });
    });
    expect(fetches.asked).toBe(3);
  });

  it('is not when nothing has', async () => {
    await leaveAndComeBack(() => Promise.resolve());
    expect(fetches.asked).toBe(2);
    await shows('old');
  });

  it('is fetched again when the fetch that has begun since the change was cancelled', async () => {
    await leaveAndComeBack(async () => {
      await change();
      fetchAhead(['bookings'], fetches);
      await stage.say(() => void client.cancelQueries({ queryKey: ['bookings'] }));
      expect(client.getQueryState(['bookings'])).toMatchObject({
        data: 'old',
        fetchStatus: 'idle',
        isInvalidated: false,
      });
    });
    expect(fetches.asked).toBe(4);
  });
});

describe('a subscription that is live at once', () => {
  async function renderLive(framesIn: number, ahead: boolean): Promise<void> {
    await stage.render(page(<Other />));
    await openLive();
    if (ahead) fetchAhead(['bookings'], fetches);
    stage.engine.framesIn = framesIn;
    // The core has the binding already.
    stage.engine.onCommand.set('subscribe', () => {
      stage.engine.control({
        status: { subscriptions: [subscriptionDelta(2)] },
        notices: [
          {
            ...{ subscription: 2, status: 'SUBSCRIBED', code: 'OK', message: '', retryable: true, nextRetryAt: null },
            alreadyLive: true,
          },
        ],
      });
    });
    function Late(): ReactNode {
      const { data = 'nothing' } = useQuery({ queryKey: ['bookings'], queryFn: fetches.fetch });
      useQueryInvalidation({ table: 'bookings', event: 'INSERT', queryKeys: [['bookings']] });
      return data;
    }
    await stage.render(page([<Other key="other" />, <Late key="late" />]));
    await answer('data');
  }

  it('has nothing fetched twice that was asked for as it began', async () => {
    await renderLive(7, false);
    expect(fetches.asked).toBe(1);
  });

  it('has that fetched again which was asked for before the last frame', async () => {
    await renderLive(7, true);
    expect(fetches.asked).toBe(2);
  });

  it('spares that which no frame has come in for', async () => {
    await renderLive(0, true);
    expect(fetches.asked).toBe(1);
  });
});

describe('a query that fails', () => {
  it('is the only one that is fetched again for its gap', async () => {
    const counts = { good: 0, bad: 0 };
    const good = (): Promise<number> => Promise.resolve((counts.good += 1));
    const bad = (): Promise<number> => ((counts.bad += 1), Promise.reject(new Error('refused')));
    function Both(): ReactNode {
      useQuery({ queryKey: ['good'], queryFn: good });
      useQuery({ queryKey: ['bad'], queryFn: bad });
      useQueryInvalidation({ table: 'bookings', queryKeys: [['good'], ['bad']] });
      return null;
    }
    await stage.render(page(<Both />));
    await openLive();
    await stage.until(() => {
      expect(counts).toEqual({ good: 2, bad: 2 });
    });
    await stage.gap(1);
    await stage.until(() => {
      expect(counts.bad).toBeGreaterThanOrEqual(5);
    });
    expect(counts.good).toBe(3);
  });
});
