import { renderToString } from 'ink';
import { createFakeManager } from 'switchboard-realtime/testing';
import { expect, it } from 'vitest';
import { Watch } from '../../../web/dist/inspector/model/watch.js';
import { TopView } from '../../../web/dist/cli/top/topViews.js';

it('shows subscriptions, channels, limits, and why something is not live', async () => {
  const fake = createFakeManager({ live: false });
  fake.subscribe({ table: 'bookings', filter: 'a=eq.1' }, () => undefined);
  fake.channel('lobby');
  await fake.ready();
  const view = new Watch(fake, () => undefined).view();
  const text = renderToString(<TopView view={view} plan="free" isPaused={false} width={100} />, { columns: 100 });
  expect(text).toMatch(/pending +public\.bookings where a=eq\.1/);
  expect(text).toMatch(/pending +lobby +0 present/);
  expect(text).toContain('messages 0/100 per s');
  expect(text).toContain('WHY');
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  await fake.dispose();
});
