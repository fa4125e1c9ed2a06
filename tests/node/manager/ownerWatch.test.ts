import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Bench } from '../support/scriptedEngine.js';

const program = fileURLToPath(new URL('../support/programs/ownerProgram.mjs', import.meta.url));

describe('a subscription or a handle of a channel with an owner', () => {
  it('is reported when the owner was collected and it still runs; not when it was ended, kept or disposed of', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program]);
    const { warnings, ...counts } = JSON.parse(stdout) as { warnings: string[] };
    expect(counts).toEqual({ leakedSubscriptions: 3, subscriptions: 3, channels: 2, after: 3 });
    const isOfChannel = (warning: string): boolean => warning.includes('handle');
    expect(warnings.filter(isOfChannel)).toEqual([
      'switchboard: handle 6 of the channel "forgotten" is still open, but its owner is gone: call close() when the owner ends',
    ]);
    expect(warnings.filter((warning) => !isOfChannel(warning)).sort()).toEqual(
      [
        ['1', 'forgotten'],
        ['2', 'forgotten_function'],
      ].map(
        ([id, table]) =>
          `switchboard: subscription ${id} to public.${table} with the filter "business_id=eq.7" is still running, but its owner is gone: call unsubscribe(${id}) when the owner ends`,
      ),
    );
  });

  it('must name an object', () => {
    const bench = new Bench();
    for (const owner of [null, 'view', 7] as unknown as object[]) {
      expect(() => bench.manager.subscribe({ table: 't', owner }, () => undefined)).toThrow(
        /`owner` must be the object/,
      );
    }
    expect(bench.manager.stats()).toMatchObject({ subscriptions: 0, leakedSubscriptions: 0 });
  });
});
