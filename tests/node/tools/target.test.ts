import { describe, expect, it } from 'vitest';
import { dashboardPort, roadOf, supabaseTarget } from '../../../web/tools/start/target.mjs';

describe('where the dashboard gets its data', () => {
  it('is the embedded backend when the environment names no project', () => {
    expect(supabaseTarget({})).toBeUndefined();
  });

  it('is the project that the environment names', () => {
    expect(supabaseTarget({ SUPABASE_URL: 'https://abc.supabase.co/', SUPABASE_ANON_KEY: 'key' })).toEqual({
      realtime: 'wss://abc.supabase.co/realtime/v1',
      rest: 'https://abc.supabase.co/rest/v1',
      postgres: '',
      apikey: 'key',
    });
  });

  it.each([
    [{ SUPABASE_URL: 'https://abc.supabase.co' }, 'SUPABASE_ANON_KEY is not'],
    [{ SUPABASE_ANON_KEY: 'key' }, 'SUPABASE_URL is not'],
    [{ SUPABASE_URL: 'abc', SUPABASE_ANON_KEY: 'key' }, 'not an http or https URL'],
  ])('is refused when half named or malformed: %o', (env, message) => {
    expect(() => supabaseTarget(env)).toThrow(message);
  });
});

describe('how changes come to the dashboard', () => {
  const project = { realtime: '', rest: '', postgres: '', apikey: '' };

  it('is by broadcasts from the backend, by postgres_changes from a project, or as the flag says', () => {
    expect(roadOf(undefined, undefined)).toBe('broadcast');
    expect(roadOf(undefined, project)).toBe('postgres_changes');
    expect(roadOf('postgres_changes', undefined)).toBe('postgres_changes');
    expect(roadOf('broadcast', project)).toBe('broadcast');
    expect(() => roadOf('numbers', undefined)).toThrow('--via takes broadcast or postgres_changes');
  });
});

describe('the port of the dashboard', () => {
  it('is the flag, else PORT, else any free one', () => {
    expect(dashboardPort('8080', { PORT: '9090' })).toBe(8080);
    expect(dashboardPort(undefined, { PORT: '9090' })).toBe(9090);
    expect(dashboardPort(undefined, {})).toBe(0);
  });

  it.each(['x', '-1', '65536', '80.5', ''])('is refused as --port %o', (flag) => {
    expect(() => dashboardPort(flag, {})).toThrow('--port must be a port number');
  });
});
