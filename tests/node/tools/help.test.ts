import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { scripts: Record<string, string> };

/** The backend compiles its own options first. */
const names = Object.keys(scripts).filter((name) => name !== 'backend');

/** Runs a script as npm does, with these options, where nothing can be built or installed. */
async function run(name: string, options: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, PATH: '/nonexistent' };
  const line = (scripts[name] ?? '').replace('exec node', `exec '${process.execPath}'`);
  const child = spawn('/bin/sh', ['-c', `${line} ${options}`], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout, stderr };
}

describe.each(names)('npm run %s', (name) => {
  it('says what it does when asked with --help, and does nothing else', async () => {
    const { code, stdout, stderr } = await run(name, '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^(usage: )?npm (run )?[a-z:]+/);
    expect(stdout).toContain(name === 'test' ? 'test:realtime' : name);
  });

  it('refuses an option that it does not have before it does anything', async () => {
    const { code, stdout, stderr } = await run(name, '--frobnicate');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('--frobnicate');
    expect(stderr).not.toContain('    at ');
  });
});
