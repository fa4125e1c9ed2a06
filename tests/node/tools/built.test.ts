import { describe, expect, it } from 'vitest';
import { missing } from '../../setup/built.js';

describe('what the tests run on', () => {
  const everything = () => true;
  const nothing = () => false;

  it('is complete when all of it is there', () => {
    expect(missing('node', everything, undefined)).toEqual([]);
    expect(missing('browser', everything, '/usr/bin/chromium')).toEqual([]);
  });

  it('is named file by file when it is not', () => {
    expect(missing('react18', nothing, undefined)).toContain('web/dist/wasm/switchboard.wasm');
    expect(missing('node', (path) => path !== 'web/backend/dist/main.js', undefined)).toEqual([
      'web/backend/dist/main.js',
    ]);
    expect(missing('browser', nothing, '/usr/bin/chromium')).toContain('web/dashboard/dist/index.html');
  });

  it('has a browser only where pages are tested', () => {
    expect(missing('browser', everything, undefined)).toEqual(['Chromium, on PATH or named by CHROMIUM']);
  });
});
