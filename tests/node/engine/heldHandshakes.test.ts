import { afterEach, describe, expect, it, vi } from 'vitest';
import { checkManagerOptions } from '../../../web/core/checks/managerOptions.js';

function heldBackMs(userAgent?: string): number | undefined {
  vi.stubGlobal('navigator', userAgent === undefined ? undefined : { userAgent });
  const options = checkManagerOptions({ url: 'https://ref.supabase.co', apikey: 'sb_publishable_x' });
  return options.engine.tuning['heldBackMs'];
}

describe('the time for which a browser may hold a handshake back', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it.each([
    'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    'Mozilla/5.0 (Android 15; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0',
  ])('is a minute in Firefox: %s', (agent) => {
    expect(heldBackMs(agent)).toBe(60_000);
  });

  it.each([
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/140.0 Mobile/15E148 Safari/605.1.15',
    'Node.js/22',
    undefined,
  ])('is none elsewhere: %s', (agent) => {
    expect(heldBackMs(agent)).toBe(0);
  });
});
