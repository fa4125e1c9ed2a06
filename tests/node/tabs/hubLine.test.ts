import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Delivery } from '../../../web/core/engine/engine.js';
import { Carriers } from '../../../web/core/tabs/carriers/carriers.js';
import type { Line } from '../../../web/core/tabs/tab/line.js';
import { fakeTime, tick } from '../support/fakeTime.js';
import { pair } from '../support/tabs/pair.js';
import { OPTIONS, ScriptedHub } from '../support/tabs/scriptedHub.js';

fakeTime();

let hub: ScriptedHub;
let line: Line;
let took: Delivery[];
let losses: string[];
/** How often a worker was. */
let called = 0;
let connect: (signal: AbortSignal) => Promise<Line>;

beforeEach(async () => {
  hub = new ScriptedHub();
  took = [];
  losses = [];
  const startWorker = (): { port: ReturnType<typeof pair>[0]; failed: Promise<never> } => {
    called += 1;
    const [port, far] = pair();
    hub.host.accept(far);
    return { port, failed: new Promise<never>(() => undefined) };
  };
  const never = (): never => {
    throw new Error('the worker has the core');
  };
  const carriers = new Carriers({ locks: hub.locks, startWorker, realm: null, openCore: never });
  const settings = {
    options: OPTIONS,
    wasm: '',
    worker: 'w',
    loadTimeoutMs: 1,
    logLevel: 'warn',
    openOwn: never,
  } as const;
  const events = {
    batch: ({ deliveries }: { deliveries: readonly Delivery[] }) => took.push(...deliveries),
    lost: (code: string) => losses.push(code),
  };
  connect = async (signal) => (await carriers.connect(settings)('', events, signal)).line;
  line = await connect(new AbortController().signal);
  for (const id of [1, 2, 3]) line.send({ kind: 'subscribe', id, spec: { schema: 'public', table: 't', event: '*' } });
  await tick();
});

afterEach(() => {
  line.close();
});

const say = (length: number): void => {
  hub.core.say({}, [{ kind: 'each', subscribers: [1], count: 1, text: 'x'.repeat(length) }]);
};

describe('a tab that takes all that comes', () => {
  it('is not cut off by batches of which few are long enough to fill what may wait', async () => {
    for (let count = 0; count < 63; count += 1) {
      say(300_000);
      await tick(1_000);
    }
    expect([took.length, losses]).toEqual([63, []]);
  });

  it('is not cut off by more than may wait when that comes at once', async () => {
    for (let count = 0; count < 3; count += 1) say(8_000_000);
    await tick(5_000);
    say(1);
    await tick();
    expect([took.length, losses]).toEqual([4, []]);
  });
});

it('a line that is not wanted any more before a worker is called is not opened', async () => {
  for (let turns = 0; ; turns += 1) {
    const stop = new AbortController();
    const before = called;
    const outcome = connect(stop.signal).then(
      (late) => {
        late.close();
        return 'open';
      },
      () => 'given up',
    );
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    const isLate = called > before;
    stop.abort();
    if (isLate) return;
    expect([turns, await outcome]).toEqual([turns, 'given up']);
  }
});
