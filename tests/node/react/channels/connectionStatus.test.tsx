// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RealtimeConnectionStatus } from 'switchboard-realtime/react';
import { channelDelta, subscriptionDelta } from '../../support/scriptedEngine.js';
import { Stage } from '../support/stage.js';

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

afterEach(() => stage.close());

const texts = (selector: string): string[] =>
  [...stage.host.querySelectorAll<HTMLElement>(selector)].map(({ textContent }) => textContent);

/** Shows the details. */
async function show(): Promise<void> {
  await stage.open();
  await stage.render(<RealtimeConnectionStatus texts={{ since: () => '' }} />);
  await stage.say(() => {
    stage.host.querySelector<HTMLElement>('.switchboard-trigger')?.click();
  });
}

describe('RealtimeConnectionStatus with channels', () => {
  it('counts them in the sentence under one name, and lists each once', async () => {
    stage.bench.manager.channel('room:1');
    stage.bench.manager.channel('room:1');
    stage.bench.manager.channel('room:2');
    await show();
    await stage.say(() => {
      stage.engine.status({ overall: 'live', channels: [1, 2, 3].map((id) => channelDelta(id)) });
    });
    expect(texts('.switchboard-sentence')).toEqual(['Messages is live.']);
    expect(texts('[aria-label="Channels"] li')).toEqual(['room:1 (2×): live ', 'room:2: live ']);
    expect(texts('[aria-label="Subscriptions"]')).toEqual([]);
    stage.bench.manager.subscribe({ table: 'bookings' }, () => undefined);
    await stage.say(() => {
      stage.engine.status({ subscriptions: [subscriptionDelta(4)] });
    });
    expect(texts('.switchboard-sentence')).toEqual(['Bookings and messages are live.']);
  });

  it('says why one is refused, and names whom it concerns', async () => {
    stage.bench.manager.channel('room:1', { private: true });
    stage.bench.manager.subscribe({ table: 'bookings' }, () => undefined);
    await show();
    const message = 'You do not have permissions to read from this Channel topic: room:1';
    const parked = { state: 'parked', code: 'UNAUTHORIZED', message, retryable: false } as const;
    await stage.say(() => {
      stage.engine.status({
        overall: 'partial',
        channels: [channelDelta(1, parked)],
        subscriptions: [subscriptionDelta(2)],
      });
    });
    expect(texts('.switchboard-sentence')).toEqual(['Messages is not live; bookings is.']);
    expect(texts('.switchboard-problem')[0]).toContain(`${message}Concerns Messages.`);
  });
});
