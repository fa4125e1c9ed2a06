import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { PresenceChange, PresenceDelivery } from '../../../web/core/engine/engine.js';
import { Presence } from '../../../web/core/tabs/tab/presence.js';
import { fakeTime } from '../support/fakeTime.js';

fakeTime();

let late: PresenceDelivery[];
let presence: Presence;
let refs = 0;

beforeEach(() => {
  late = [];
  presence = new Presence((delivery) => late.push(delivery));
});

function change(kind: PresenceChange['kind'], key: string, tab: number): PresenceChange {
  refs += 1;
  return { kind, key, metas: JSON.stringify([{ phx_ref: String(refs), tab }]) };
}

const join = (key: string, tab: number): PresenceChange => change('join', key, tab);

/** What the handles get: kind and key of each change, by handle. */
function note(channels: number[], ...changes: PresenceChange[]): string[] {
  return said(presence.note([{ kind: 'presence', channels, changes }]) as PresenceDelivery[]);
}

function said(deliveries: readonly PresenceDelivery[]): string[] {
  return deliveries.flatMap(({ channels, changes }) =>
    changes.map(({ kind, key }) => `${channels.join()} ${kind} ${key}`),
  );
}

describe('presence, when another core says who is there', () => {
  it('changes by what is tracked now, and not by who is still there', () => {
    expect(note([1], join('ana', 1), join('ben', 1))).toEqual(['1 join ana', '1 join ben']);
    presence.interrupt();
    expect(note([1], join('ana', 1), join('ben', 2), join('cleo', 1))).toEqual([
      '1 refresh ana',
      '1 update ben',
      '1 join cleo',
    ]);
    vi.runAllTimers();
    expect(late).toEqual([]);
  });

  it('lets somebody come back for three seconds, and reports who has not as gone', () => {
    note([1], join('ana', 1), join('ben', 1), join('cleo', 1));
    presence.interrupt();
    expect(note([1], join('cleo', 1))).toEqual(['1 refresh cleo']);
    vi.advanceTimersByTime(2_999);
    expect(note([1], join('ana', 1))).toEqual(['1 refresh ana']);
    expect(late).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(said(late)).toEqual(['1 leave ben']);
    expect(late[0]?.changes[0]?.metas).toContain('"tab":1');
    expect(note([1], join('ben', 1))).toEqual(['1 join ben']);
  });

  it('is that of the last core, when one is lost before the three seconds are over', () => {
    note([1], join('ana', 1), join('ben', 1));
    presence.interrupt();
    note([1], join('ben', 1));
    vi.advanceTimersByTime(2_000);
    presence.interrupt();
    vi.advanceTimersByTime(2_000);
    expect(late).toEqual([]);
    expect(note([1], join('ana', 1))).toEqual(['1 refresh ana']);
    vi.advanceTimersByTime(3_000);
    expect(said(late)).toEqual(['1 leave ben']);
  });

  it('is of each handle by itself, also of one that was opened meanwhile', () => {
    note([1], join('ana', 1));
    presence.interrupt();
    expect(note([1, 2], join('ben', 1))).toEqual(['1 join ben', '2 join ben']);
    vi.advanceTimersByTime(3_000);
    expect(said(late)).toEqual(['1 leave ana']);
  });

  it('ends with the handle', () => {
    note([1], join('ana', 1));
    note([2], join('ana', 1));
    presence.interrupt();
    note([1], join('ben', 1));
    note([2], join('ben', 1));
    presence.end(1);
    presence.endAll();
    vi.advanceTimersByTime(3_000);
    expect(late).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
