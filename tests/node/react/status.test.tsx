// @vitest-environment happy-dom
import { act } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OverallState } from 'switchboard-realtime';
import { RealtimeConnectionStatus, type StatusTexts } from 'switchboard-realtime/react';
import { channelDelta, subscriptionDelta } from '../support/scriptedEngine.js';
import { Stage } from './support/stage.js';

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

afterEach(async () => {
  await stage.close();
  vi.useRealTimers();
});

const part = (selector: string): HTMLElement | null => stage.host.querySelector<HTMLElement>(selector);
const trigger = (): HTMLElement => part('.switchboard-trigger') as HTMLElement;
const panel = (): HTMLElement | null => part('[role="dialog"]');

/** A subscription, and the core speaking of it. */
async function say(overall: OverallState, more: Parameters<typeof subscriptionDelta>[1] = {}): Promise<void> {
  await stage.say(() => {
    stage.engine.status({ overall, subscriptions: [subscriptionDelta(1, more)] });
  });
}

async function show(props: Parameters<typeof RealtimeConnectionStatus>[0] = {}): Promise<void> {
  stage.bench.manager.subscribe({ table: 'bookings', filter: 'id=eq.1' }, () => undefined);
  await stage.open();
  await stage.render(<RealtimeConnectionStatus {...props} />);
}

function press(key: string, at: EventTarget): Promise<void> {
  return stage.say(() => {
    at.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    at.dispatchEvent(new KeyboardEvent('keyup', { key, bubbles: true, cancelable: true }));
  });
}

async function open(): Promise<void> {
  await stage.say(() => {
    trigger().click();
  });
}

describe('RealtimeConnectionStatus', () => {
  it.each([
    ['live', 'Live'],
    ['partial', 'Partly live'],
    ['connecting', 'Connecting'],
    ['offline', 'Not connected'],
    ['idle', 'Idle'],
  ] as const)(
    'says %s by a colour, by a sign of its own and in words, to screen readers too',
    async (overall, word) => {
      await show({ className: 'mine' });
      await say('partial');
      await say(overall);
      expect(part('.switchboard-status.mine')?.dataset['state']).toBe(overall);
      expect(trigger().textContent).toBe(word);
      expect(trigger().getAttribute('aria-label')).toBe(`Realtime: ${word}. Details`);
      expect(part('[role="status"]')?.textContent).toBe(`Realtime: ${word}`);
      expect(part(`.switchboard-look-${overall}`)?.innerHTML).toBeTruthy();
    },
  );

  it('has a different sign for each state', async () => {
    await show();
    const signs = new Set<string | undefined>();
    for (const overall of ['live', 'partial', 'connecting', 'offline', 'idle'] as const) {
      await say(overall);
      signs.add(part('svg')?.innerHTML);
    }
    expect(signs.size).toBe(5);
  });

  it('opens by the keyboard and closes by Escape, with the focus back on the sign', async () => {
    await show();
    expect(trigger().getAttribute('aria-expanded')).toBe('false');
    trigger().focus();
    await open();
    expect(trigger().getAttribute('aria-expanded')).toBe('true');
    const button = part('[role="dialog"] button') as HTMLElement;
    expect(panel()?.contains(button)).toBe(true);
    // What Tab goes to next comes right after the sign in the document.
    expect(trigger().nextElementSibling).toBe(panel());
    await stage.say(() => {
      button.focus();
    });
    expect(panel()).not.toBeNull();
    await press('Escape', button);
    expect(panel()).toBeNull();
    expect(document.activeElement).toBe(trigger());
  });

  it('keeps the focus on the sign when the button beside it goes, having been pressed', async () => {
    await show();
    await say('offline');
    await stage.say(() => {
      part('.switchboard-reconnect')?.focus();
    });
    await say('live');
    expect(part('.switchboard-reconnect')).toBeNull();
    expect(document.activeElement).toBe(trigger());
    // One that was left stays left.
    trigger().blur();
    await say('offline');
    await say('live');
    expect(document.activeElement).toBe(document.body);
  });

  it('closes when the focus or a press goes elsewhere', async () => {
    const other = document.createElement('button');
    document.body.append(other);
    await show();
    trigger().focus();
    await open();
    await stage.say(() => {
      other.focus();
    });
    expect(panel()).toBeNull();
    await open();
    expect(panel()).not.toBeNull();
    await stage.say(() => {
      other.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
    });
    expect(panel()).toBeNull();
    other.remove();
  });

  it('says what is wrong and what to do first, and folds each subscription and connection', async () => {
    await show();
    stage.bench.manager.subscribe({ table: 'bookings', filter: 'id=eq.1', event: 'INSERT' }, () => undefined);
    stage.bench.manager.subscribe({ table: 'stock', schema: 'shop' }, () => undefined);
    await stage.say(() => {
      stage.engine.status({
        overall: 'partial',
        connections: [
          {
            ...{ id: 1, state: 'open', since: 1_790_000_000_000, attempts: 0, nextRetryAt: null },
            ...{ code: 'OK', message: '', rttMs: 12.4, channels: 1, pulse: null },
          },
        ],
        subscriptions: [
          subscriptionDelta(1),
          subscriptionDelta(2, { state: 'parked', code: 'BAD_BINDING', message: 'No such table.', retryable: false }),
          subscriptionDelta(3, { state: 'retrying', mode: 'polling', attempts: 2 }),
        ],
      });
    });
    await open();
    const lines = (name: string): (string | null)[] =>
      [...stage.host.querySelectorAll(`[aria-label="${name}"] > li`)].map(({ textContent }) => textContent);
    expect(lines('Connections')).toEqual([
      expect.stringMatching(/^Connection 1: connected since .+, round trip 12 ms$/),
    ]);
    expect(lines('Subscriptions')).toEqual([
      expect.stringMatching(/^bookings \(2×\): refused since .*id=eq\.1BAD_BINDING: No such table\.$/),
      expect.stringMatching(/^shop\.stock: trying again since .*fetched now and then.*2 failed attempts$/),
    ]);
    expect(part('.switchboard-sentence')?.textContent).toBe('Bookings and stock are not live.');
    expect(part('.switchboard-problem')?.textContent).toMatch(
      /^No such table\.Concerns Bookings\.Publish the table, or fix/,
    );
    // For developers, and folded until somebody asks.
    expect(part('.switchboard-list')?.closest('details')?.open).toBe(false);
    expect(panel()?.getAttribute('aria-labelledby')).toBe(part('.switchboard-title')?.id);
  });

  it('says for developers how the changes of each subscription come, and why not by broadcasts', async () => {
    await show();
    for (const table of ['bookings', 'clients', 'staff']) stage.bench.manager.subscribe({ table }, () => undefined);
    const fellBack = { code: 'NOT_TRACKED', message: 'No table has this name.' } as const;
    await stage.say(() => {
      stage.engine.status({
        overall: 'live',
        subscriptions: [
          subscriptionDelta(2, { state: 'live', road: 'broadcast', fellBack: null }),
          subscriptionDelta(3, { state: 'live', road: 'postgres_changes', fellBack }),
          subscriptionDelta(4, { state: 'live' }),
        ],
      });
    });
    await open();
    const lines = [...stage.host.querySelectorAll('[aria-label="Subscriptions"] > li')];
    expect(lines.map(({ textContent }) => textContent)).toEqual([
      expect.stringMatching(/^bookings: waiting for a connection.*by postgres_changesid=eq\.1$/),
      expect.stringMatching(/^bookings: live since .*by broadcasts with numbers$/),
      expect.stringMatching(/^clients: live since .*by postgres_changesNOT_TRACKED: No table has this name\.$/),
      expect.stringMatching(/^staff: live since .*by postgres_changes$/),
    ]);
  });

  it('counts the next try down, second by second, while it is open', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'], now: 1_790_000_000_000 });
    await show();
    const next = {
      state: 'retrying',
      nextRetryAt: 1_790_000_003_000,
      code: 'JOIN_TIMEOUT',
      message: 'No answer.',
    } as const;
    await say('connecting', next);
    expect(vi.getTimerCount()).toBe(0);
    await open();
    const shown: (string | undefined)[] = [];
    for (let second = 0; second < 4; second += 1) {
      shown.push(/Next try (in \d s|now)/.exec(panel()?.textContent ?? '')?.[1]);
      act(() => {
        vi.advanceTimersByTime(1_000);
      });
    }
    expect(shown).toEqual(['in 3 s', 'in 2 s', 'in 1 s', 'now']);
    await press('Escape', trigger());
    expect(vi.getTimerCount()).toBe(0);
  });

  it('reconnects at the press of a button, in the details and, while offline, beside the sign', async () => {
    await show({ reconnectLabel: 'Again' });
    await say('live');
    expect(stage.text).not.toContain('Again');
    await open();
    const button = (): HTMLElement => part('.switchboard-reconnect') as HTMLElement;
    await stage.say(() => {
      button().click();
    });
    expect(stage.commands().at(-1)).toBe('reconnectAll');
    await press('Escape', trigger());
    await say('offline');
    expect(button().textContent).toBe('Again');
    await stage.say(() => {
      button().click();
    });
    expect(stage.commands().filter((command) => command === 'reconnectAll')).toHaveLength(2);
  });

  it('speaks other words, and can be a sign alone', async () => {
    await show({ compact: true, label: 'Verbindung', words: { live: 'Verbunden' } });
    await say('live');
    expect(trigger().textContent).toBe('');
    expect(trigger().getAttribute('aria-label')).toBe('Verbindung: Verbunden. Details');
    expect(part('[role="status"]')?.textContent).toBe('Verbindung: Verbunden');
  });

  it('says everything in the language that it is given, down to the last word', async () => {
    const words = { live: 'x', partial: 'x', connecting: 'x', offline: 'x', idle: 'x' };
    const states = { idle: 'x', connecting: 'x', open: 'x', backoff: 'x', closing: 'x', closed: 'x' };
    const texts: StatusTexts = {
      trigger: (label, word) => `x ${label} ${word}`,
      ...{ sentence: () => 'x', notConnected: 'x', catchingUp: 'x', tables: {}, concerns: () => 'x', more: 'x' },
      ...{ channel: () => 'x', channels: 'x ch' },
      ...{ connections: 'x c', subscriptions: 'x s', noConnection: 'x no c', noSubscription: 'x no s' },
      connection: (id) => `x ${String(id)}`,
      connectionStates: states,
      subscriptionStates: { live: 'x', pending: 'x', joining: 'x', retrying: 'x', parked: 'x' },
      modes: { polling: 'x' },
      roads: { broadcast: 'x', postgres_changes: 'x' },
      time: () => '12:00',
      since: (time) => <>x {time}</>,
      roundTrip: (ms) => `x ${String(ms)}`,
      failedAttempts: (count) => `x ${String(count)}`,
      nextTry: (seconds) => `x ${String(seconds)}`,
      problem: (code) => `x ${code}`,
      reason: (code) => `x ${code}`,
      remedies: { CONNECT_FAILED: 'x remedy' },
    };
    stage.bench.manager.subscribe({ table: 'bookings', filter: 'id=eq.1' }, () => undefined);
    stage.bench.manager.channel('x r');
    await stage.open();
    await stage.render(<RealtimeConnectionStatus label="x" words={words} reconnectLabel="x" texts={texts} />);
    const faults = { attempts: 3, nextRetryAt: 1, code: 'CONNECT_FAILED', message: 'Refused.' } as const;
    await stage.say(() => {
      stage.engine.status({
        overall: 'offline',
        connections: [
          {
            ...{ id: 1, state: 'backoff', since: 1_790_000_000_000, rttMs: 12, channels: 1, pulse: null },
            ...faults,
          },
        ],
        subscriptions: [subscriptionDelta(1, { state: 'retrying', mode: 'polling', ...faults })],
        channels: [channelDelta(2, { state: 'retrying', ...faults })],
      });
    });
    await open();
    const english = (): string[] =>
      `${stage.host.innerText || stage.text} ${[...stage.host.querySelectorAll('[aria-label]')]
        .map((element) => element.getAttribute('aria-label') ?? '')
        .join(' ')}`
        .replace(/bookings|id=eq\.1|CONNECT_FAILED|remedy/g, '')
        .split(/[^a-z]+/i)
        .filter((word) => word.length > 2);
    expect(english()).toEqual([]);
    expect(stage.text).toContain('x CONNECT_FAILED');
    expect(stage.text).toContain('x remedy');
    await stage.render(<RealtimeConnectionStatus texts={{ remedies: { CONNECT_FAILED: 'Netz?' } }} />);
    expect(stage.text).toContain('Netz?');
    expect(stage.text).toContain('3 failed attempts');
  });

  describe('the first sentence', () => {
    const sentence = (): string | null | undefined => part('.switchboard-sentence')?.textContent;
    const tables = ['bookings', 'payment_transactions', 'clients', 'staff'];

    /** The core reports these tables, the first `live` of them as live. */
    async function report(overall: OverallState, live: number, code: 'OK' | 'OFFLINE' | 'BAD_BINDING' = 'OK') {
      for (const table of tables) stage.bench.manager.subscribe({ table }, () => undefined);
      await stage.open();
      await stage.render(<RealtimeConnectionStatus texts={{ tables: { payment_transactions: 'Payments' } }} />);
      const trouble = { state: 'retrying', code, message: code === 'OK' ? '' : 'Trouble.' } as const;
      await stage.say(() => {
        stage.engine.status({
          overall,
          subscriptions: tables.map((_, index) => subscriptionDelta(index + 1, index < live ? {} : trouble)),
        });
      });
      await open();
    }

    it('names two tables that are live, and counts the rest', async () => {
      await report('live', 4);
      expect(sentence()).toBe('Bookings, payments and 2 more are live.');
    });

    it('names what is not live, and the trouble that several have once', async () => {
      await report('partial', 2, 'BAD_BINDING');
      expect(sentence()).toBe('Clients and staff are not live; bookings and payments are.');
      const problems = [...stage.host.querySelectorAll('.switchboard-problem')].map(({ textContent }) => textContent);
      expect(problems).toEqual([expect.stringMatching(/^Trouble\.Concerns Clients and Staff\./)]);
    });

    it('says Offline only when the network of the device is away', async () => {
      await report('offline', 0, 'OFFLINE');
      expect(sentence()).toMatch(/^This device is offline/);
      expect(trigger().textContent).toBe('Offline');
      await stage.say(() => {
        stage.engine.status({
          subscriptions: tables.map((_, index) => subscriptionDelta(index + 1, { state: 'retrying' })),
        });
      });
      expect(sentence()).toMatch(/^There is no live connection/);
      expect(trigger().textContent).toBe('Not connected');
    });
  });

  it('does not say Live while the rows beside it are catching up', async () => {
    await show({ catchingUp: true });
    await say('live');
    expect(trigger().textContent).toBe('Catching up');
    expect(part('.switchboard-status')?.dataset['state']).toBe('connecting');
    await stage.render(<RealtimeConnectionStatus />);
    expect(trigger().textContent).toBe('Live');
  });

  it('announces nothing before it was live, or could not be', async () => {
    await show();
    await say('idle');
    await say('connecting');
    expect(part('[role="status"]')?.textContent).toBe('');
    await say('live');
    expect(part('[role="status"]')?.textContent).toBe('Realtime: Live');
  });

  it('does not open when the mouse passes over it', async () => {
    await show();
    await stage.say(() => {
      for (const name of ['pointerenter', 'pointerover', 'mouseenter', 'mouseover', 'mousemove'])
        trigger().dispatchEvent(new PointerEvent(name, { bubbles: true, pointerType: 'mouse' }));
    });
    expect(trigger().getAttribute('aria-expanded')).toBe('false');
  });

  it('does not render again for what it does not show', async () => {
    await show();
    await say('live');
    const changes: MutationRecord[] = [];
    const observer = new MutationObserver((records) => changes.push(...records));
    observer.observe(stage.host, { subtree: true, childList: true, attributes: true, characterData: true });
    await say('live', { state: 'pending', attempts: 1 });
    expect([...changes, ...observer.takeRecords()]).toEqual([]);
    observer.disconnect();
  });
});
