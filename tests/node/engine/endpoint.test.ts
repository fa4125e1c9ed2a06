import { describe, expect, it } from 'vitest';
import { realtimeEndpoint } from '../../../web/core/checks/endpoint.js';

describe('the realtime endpoint', () => {
  it.each([
    ['https://ref.supabase.co', 'wss://ref.supabase.co/realtime/v1'],
    ['https://ref.supabase.co/', 'wss://ref.supabase.co/realtime/v1'],
    ['http://127.0.0.1:54321', 'ws://127.0.0.1:54321/realtime/v1'],
    ['https://example.com/supabase/', 'wss://example.com/supabase/realtime/v1'],
    ['https://ref.supabase.co/realtime/v1', 'wss://ref.supabase.co/realtime/v1'],
    ['wss://ref.supabase.co/realtime/v1', 'wss://ref.supabase.co/realtime/v1'],
    ['ws://localhost:4000/socket/', 'ws://localhost:4000/socket'],
    ['ws://localhost:4000/socket/websocket', 'ws://localhost:4000/socket'],
    ['wss://bare.example', 'wss://bare.example'],
  ])('of %s is %s', (url, endpoint) => {
    expect(realtimeEndpoint(url, null)).toBe(endpoint);
  });

  it('must be secure on a page that came over https, except on the own machine', () => {
    for (const url of ['ws://example.com/socket', 'http://example.com']) {
      expect(() => realtimeEndpoint(url, 'https:')).toThrow(
        expect.objectContaining({ code: 'INSECURE_URL', option: 'url' }),
      );
    }
    expect(() => realtimeEndpoint('ws://example.com/socket', 'https:')).toThrow(/use wss:\/\/example\.com/);
    expect(realtimeEndpoint('ws://localhost:1/socket', 'https:')).toBe('ws://localhost:1/socket');
    expect(realtimeEndpoint('http://127.0.0.1:1', 'https:')).toBe('ws://127.0.0.1:1/realtime/v1');
    expect(realtimeEndpoint('ws://example.com/socket', 'http:')).toBe('ws://example.com/socket');
  });
});
