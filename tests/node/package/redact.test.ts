import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../web/core/log/redactor.js';

const apikey = 'sb_publishable_ABCDEFGHIJ';

describe('the redactor', () => {
  it('never lets the api key through, whatever tokens came after it', () => {
    const redactor = new Redactor(apikey);
    for (let i = 0; i < 20; i += 1) redactor.add(`opaque-token-${String(i)}`);
    expect(redactor.redact(`refused ${apikey} and opaque-token-19`)).toBe('refused <redacted> and <redacted>');
  });

  it('holds no rest of a token that another one begins', () => {
    const redactor = new Redactor(apikey);
    for (const token of ['opaque-1', 'opaque-12', 'opaque-123']) redactor.add(token);
    expect(redactor.redact('opaque-12 opaque-123 opaque-1')).toBe('<redacted> <redacted> <redacted>');
  });

  it('forgets all but the newest eight tokens', () => {
    const redactor = new Redactor(apikey);
    for (let i = 0; i < 9; i += 1) redactor.add(`secret-${String(i)}`);
    expect(redactor.redact('secret-0 secret-1 secret-8')).toBe('secret-0 <redacted> <redacted>');
  });

  // A search that begins again at each letter would take minutes.
  it('reads long texts in linear time', () => {
    const text = 'a'.repeat(300_000);
    expect(new Redactor(apikey).redact(`${text}-token=abc`)).toBe(`${text}-token=<redacted>`);
  });

  it('keeps its sense with a key that is short', () => {
    expect(new Redactor('key').redact('the key was refused')).toBe('the key was refused');
  });

  it.each([
    'eyJhbGciOi.eyJyb2xlIjoi.c2ln',
    'apikey=abc',
    'access_token=abc',
    'sb_access_token=abc',
    'client_secret=abc',
    'password=abc',
  ])('holds nothing that looks like a secret: %s', (text) => {
    expect(new Redactor(apikey).redact(`wss://host/websocket?vsn=2.0.0&${text}&log_level=info`)).toMatch(
      /^wss:\/\/host\/websocket\?vsn=2\.0\.0&(?:\w+=<redacted>|<jwt>)&log_level=info$/,
    );
  });
});
