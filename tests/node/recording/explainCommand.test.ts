import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outage } from './support/outage.js';
import { writeRecording } from './support/writeRecording.js';

const bin = join(import.meta.dirname, '../../../web/bin/switchboard.js');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'explain-'));
});

afterAll(() => rm(folder, { recursive: true }));

function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [bin, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

async function file(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

describe('explain', () => {
  it('says what went wrong, what healed it and what to do, and exits with 1', async () => {
    const path = await file('outage', writeRecording(outage));
    const { code, stdout } = await run('explain', path, '--color', 'always');
    expect(code).toBe(1);
    expect(stdout).toContain('CONNECTION_LOST');
    expect(stdout).toContain('The gap of key 1 is over.');
    const lines = (await run('explain', path, '--json')).stdout.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(['recording', 'incident']);
  });

  it('exits with 0 where nothing went wrong', async () => {
    const path = await file('well', writeRecording(outage.filter(({ at }) => at < 10_000)));
    expect((await run('explain', path)).code).toBe(0);
  });

  it('says of what it can’t read why, and exits with 2', async () => {
    const none = await run('explain', join(folder, 'none'));
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("it can't be read: ENOENT")]);
    const other = await run('explain', await file('other', Uint8Array.from([1, 2, 3])));
    expect(other.code).toBe(2);
    expect(other.stderr).not.toContain('    at ');
  });
});

describe('top', () => {
  it('says that it needs a terminal, and exits with 2', async () => {
    const endpoint = ['--url', 'http://127.0.0.1:9', '--apikey', 'sb_publishable_a'];
    const { code, stderr } = await run('top', ...endpoint, '--table', 'bookings');
    expect([code, stderr]).toEqual([2, expect.stringContaining('top needs a terminal')]);
  });
});
