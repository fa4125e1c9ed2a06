import { beforeEach, describe, expect, it } from 'vitest';
import type { Manager } from '../../../web/core/manager/manager.js';
import { changeText, each, turn } from '../support/scriptedEngine.js';
import { managerOfTab } from '../support/tabs/managerTab.js';
import { ScriptedHub } from '../support/tabs/scriptedHub.js';

let hub: ScriptedHub;

beforeEach(() => {
  hub = new ScriptedHub();
});

interface Seen {
  readonly manager: Manager;
  readonly rows: unknown[];
  readonly notices: string[];
  readonly errors: string[];
}

/** A tab with a whole manager, which follows bookings and is not open yet. */
function startTab(onRow: () => void = () => undefined): Seen {
  const errors: string[] = [];
  const silent = (): void => undefined;
  const logger = { debug: silent, info: silent, warn: silent, error: (text: string) => errors.push(text) };
  const manager = managerOfTab(hub, { logger });
  const seen: Seen = { manager, rows: [], notices: [], errors };
  manager.subscribe(
    { table: 'bookings' },
    (change) => {
      onRow();
      seen.rows.push(change.new['id']);
    },
    (status, { code }) => seen.notices.push(`${status} ${code}`),
  );
  return seen;
}

async function openTab(onRow?: () => void): Promise<Seen> {
  const seen = startTab(onRow);
  await settle();
  return seen;
}

async function settle(): Promise<void> {
  for (let turns = 0; turns < 5; turns += 1) await turn();
}

/** A change for every subscription of the core. */
async function change(core: ScriptedHub['core'], id: number): Promise<void> {
  const ended = new Set(core.of('unsubscribe').map((command) => command.id));
  const ids = core.of('subscribe').map((command) => command.id);
  core.say(
    {},
    each(
      ids.filter((subscribed) => !ended.has(subscribed)),
      changeText({ id }),
    ),
  );
  await settle();
}

const tokenOf = (sub: string): string =>
  `e30.${Buffer.from(JSON.stringify({ sub, exp: Date.now() / 1_000 + 3_600 })).toString('base64url')}.s`;

describe('in one of two tabs', () => {
  it('a callback that throws is reported there, and the other hears everything', async () => {
    const bad = await openTab(() => {
      throw new Error('of the application');
    });
    const good = await openTab();
    for (const id of [1, 2]) await change(hub.core, id);
    expect(good.rows).toEqual([1, 2]);
    expect(bad.manager.stats().callbackErrors).toBe(2);
    expect(good.manager.stats().callbackErrors).toBe(0);
    expect(good.errors).toEqual([]);
  });

  it('a dispose leaves the other as it is, also while rows are on their way', async () => {
    const [gone, stays] = [await openTab(), await openTab()];
    hub.core.say({}, each([1, 2], changeText({ id: 1 })));
    await gone.manager.dispose();
    await settle();
    await change(hub.core, 2);
    expect([gone.rows, stays.rows]).toEqual([[], [1, 2]]);
    expect(stays.notices).toEqual([]);
    expect(hub.core.of('unsubscribe').map(({ id }) => id)).toEqual([1]);
  });

  it('a dispose before its line is open leaves nothing behind', async () => {
    const stays = await openTab();
    for (const microtasks of [0, 1, 3, 10, 30]) {
      const gone = startTab();
      for (let left = microtasks; left > 0; left -= 1) await Promise.resolve();
      await gone.manager.dispose();
      await settle();
      expect(gone.errors).toEqual([]);
    }
    await change(hub.core, 1);
    expect(stays.rows).toEqual([1]);
    const held = (await hub.locks.held()).filter((name) => name.startsWith('tab'));
    expect(held).toHaveLength(1);
  });

  it('a sign-out takes that tab to a core of its own, and the other keeps its rows and its token', async () => {
    const [leaves, stays] = [await openTab(), await openTab()];
    for (const { manager } of [leaves, stays]) manager.setAuth(tokenOf('ana'));
    await settle();
    const [ofNobody, ofAna] = hub.cores;
    expect(ofNobody?.disposed).toBe(true);
    leaves.manager.setAuth(null);
    await settle();
    expect(hub.cores).toHaveLength(3);
    if (ofAna === undefined) throw new Error('there is no core of the user');
    const before = ofAna.of('reconnectAll').length;
    await change(ofAna, 1);
    await change(hub.core, 2);
    expect([leaves.rows, stays.rows]).toEqual([[2], [1]]);
    expect(ofAna.of('provideToken').map(({ token }) => token)).not.toContain('');
    expect([before, ofAna.of('reconnectAll').length]).toEqual([0, 0]);
    expect(stays.notices).toEqual([]);
  });
});
