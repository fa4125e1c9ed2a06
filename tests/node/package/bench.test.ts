import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeChange } from '../../bench/feed/changes.mjs';
import { Ledger } from '../../bench/feed/ledger.mjs';
import { smallRow } from '../../bench/feed/rows.mjs';
import { bundleClient } from '../../bench/measure/bundles.mjs';
import { nodeRunner } from '../../bench/node/nodeRunner.mjs';
import { scenarios } from '../../bench/scenarios.mjs';

const program = fileURLToPath(new URL('../../bench/main.mjs', import.meta.url));
const payloads = [1, 2, 3].map((revision) => makeChange(smallRow, revision, 7, '').payload);

function ledgerThatRead(seen: readonly unknown[]): Ledger {
  const ledger = new Ledger('a client');
  ledger.expect(payloads, 1);
  ledger.keep();
  for (const payload of seen) ledger.read(payload);
  return ledger;
}

describe("the benchmark's ledger", () => {
  it('takes what was expected', () => {
    ledgerThatRead(payloads).checkKept(payloads, 1);
  });

  it('refuses a dropped payload', () => {
    expect(() => {
      ledgerThatRead(payloads.slice(1)).check();
    }).toThrow('a client dropped 1 of 3 payloads');
  });

  it('refuses a repeated payload', () => {
    expect(() => {
      ledgerThatRead([...payloads, payloads[2]]).check();
    }).toThrow('a client repeated 1 payloads');
  });

  it('refuses payloads that swapped places', () => {
    expect(() => {
      ledgerThatRead([...payloads].reverse()).check();
    }).toThrow('a client corrupted payloads, or their order');
  });

  it('refuses a payload that differs where callbacks do not look', () => {
    const [first, second, third] = payloads;
    const other = { ...second, old: {} };
    expect(() => {
      ledgerThatRead([first, other, third]).checkKept(payloads, 1);
    }).toThrow('a client corrupted a payload');
  });
});

describe('the benchmark', () => {
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchboard-bench-'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('measures both clients on checked payloads, and writes what it found', { timeout: 240_000 }, async () => {
    const only =
      'one channel, one|1,000 channels$|100 handles|presence|sends|1,000 bindings|subscribers|payload off|latest|ASCII|growth|load|package';
    const args = ['--expose-gc', program, '--quick', '--only', only, '--out', folder];
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1e8 });
    const list = JSON.parse(await readFile(join(folder, 'bench.json'), 'utf8')) as Record<string, unknown>[];
    expect(list.length).toBeGreaterThanOrEqual(17);
    for (const { scenario, unit, switchboard, reference, ratio, limit, ...rest } of list) {
      expect(rest).toEqual({});
      expect(stdout).toContain(scenario);
      expect(unit).toEqual(expect.any(String));
      for (const figure of [switchboard, reference, ratio]) expect(figure).toSatisfy(Number.isFinite);
      // Of what a message costs only.
      if (String(unit).startsWith('ns per')) expect(limit).toSatisfy(Number.isFinite);
      else expect(limit).toBeUndefined();
    }
    const svg = await readFile(join(folder, 'bench.svg'), 'utf8');
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/u);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/u);
    expect(svg.match(/<rect class="(better|worse)"/gu)).toHaveLength(list.length);
  });

  it('measures in processes of its own, also without a bound', { timeout: 60_000 }, async () => {
    const scenario = scenarios.find(({ name }) => name === 'one channel, one binding');
    if (scenario === undefined) throw new Error('there is no such scenario');
    const effort = { rounds: 1, warmUps: 0, atMost: Infinity, subscriptions: 1, messages: 1, samples: 1 };
    const [measured] = await nodeRunner.run(scenario, effort);
    expect(measured?.switchboard).toBeGreaterThan(0);
    expect(measured?.reference).toBeGreaterThan(0);
  });

  it('says so when no scenario fits', async () => {
    const run = promisify(execFile)(process.execPath, [program, '--only', 'no such thing']);
    await expect(run).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('no scenario') as string });
  });
});

describe('what an application ships', () => {
  it('counts the module once, and its glue once though a copy is beside it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'switchboard-bundle-'));
    try {
      const { parts } = await bundleClient('switchboard', folder);
      const glue = parts.filter(({ name }) => /\/switchboard-[^/]*\.js$/u.test(name));
      expect(glue.map(({ loaded }) => loaded).sort()).toEqual([false, true]);
      expect(parts.filter(({ name, loaded }) => loaded && name.endsWith('.wasm'))).toHaveLength(1);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
