import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab, type Lab } from '../support/lab.js';

const program = fileURLToPath(new URL('../support/programs/oldBrowserProgram.mjs', import.meta.url));

let lab: Lab;

beforeAll(async () => {
  lab = await openLab({ seed: false, timing: { publicationCheckMs: 600_000 } });
  await lab.db.query(`
    create table steps (n int4 primary key);
    grant select on steps to anon;
    alter publication supabase_realtime add table steps`);
});

afterAll(async () => {
  await lab.close();
});

describe('without what the oldest supported browsers lack', () => {
  it('rows are live, changes applied, fetches timed out and digests asked', async () => {
    const child = spawn(process.execPath, [program, lab.backend.url, lab.backend.anonKey], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    let output = '';
    let isWritten = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (isWritten || !output.includes('live\n')) return;
      isWritten = true;
      void lab.db.query('insert into steps values (99)');
    });
    const [code] = (await once(child, 'close')) as [number | null];
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const steps = output.trim().split('\n').at(-1)?.split(', ') ?? [];
    expect([...steps].sort()).toEqual(['changed', 'live OK', 'loading FETCH_TIMEOUT', 'verified']);
  });
});
