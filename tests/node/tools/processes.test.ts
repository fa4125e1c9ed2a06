import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { launch, run, runChecked, stop } from '../../../web/tools/lib/processes.mjs';

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('running programs', () => {
  it('returns what a program printed on both streams, and its exit code', async () => {
    const outcome = await run('sh', ['-c', 'echo out; echo err >&2; exit 3']);
    expect(outcome.code).toBe(3);
    expect(outcome.output.split('\n').sort()).toEqual(['', 'err', 'out']);
  });

  it('names the program and the exit code when it must succeed and does not', async () => {
    await expect(runChecked('sh', ['-c', 'exit 4'])).rejects.toThrow('sh -c exit 4 exited with code 4');
  });

  it('names a program that is not there', async () => {
    await expect(run('no-such-program', [])).rejects.toThrow('cannot start no-such-program');
  });

  it('ends a program together with what it started', async () => {
    const child = launch('sh', ['-c', 'sleep 600 & echo $!; wait'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [chunk] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    const grandchild = Number(chunk.toString());
    expect(isRunning(grandchild)).toBe(true);
    const gone = once(child, 'close');
    await stop(child, 5_000);
    // Closed only when the last holder of its output is gone, the grandchild included.
    await gone;
    expect(child.signalCode).toBe('SIGTERM');
  });

  it('kills a program that ignores the request to end', async () => {
    const child = launch('sh', ['-c', 'trap "" TERM; echo set; while :; do sleep 600; done'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout ?? child, 'data');
    await stop(child, 50);
    expect(child.signalCode).toBe('SIGKILL');
  });
});
