import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const application = join(root, '.switchboard', `override-${process.pid}`);
const installed = join(root, 'node_modules/@supabase');

/** What npm makes of the override: supabase-js as it is, and the drop-in under the name of realtime-js. */
beforeAll(() => {
  const scope = join(application, 'node_modules/@supabase');
  mkdirSync(scope, { recursive: true });
  cpSync(join(installed, 'supabase-js'), join(scope, 'supabase-js'), { recursive: true });
  for (const name of readdirSync(installed)) {
    if (name === 'supabase-js') continue;
    symlinkSync(name === 'realtime-js' ? join(root, 'web/realtime-js') : join(installed, name), join(scope, name));
  }
});

afterAll(() => {
  rmSync(application, { recursive: true, force: true });
});

const program = `
const supabase = createClient('https://ref.supabase.co', 'anon');
console.log(JSON.stringify([supabase.realtime instanceof RealtimeClient, RealtimeClient.name, typeof attach]));`;

function run(name: string, imports: string): unknown {
  const path = join(application, name);
  writeFileSync(path, `${imports}\n${program}`);
  return JSON.parse(execFileSync(process.execPath, [path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
}

describe('with the override supabase-js uses the drop-in', () => {
  it('when it is imported', () => {
    const imports = "import { attach, createClient, RealtimeClient } from '@supabase/supabase-js';";
    expect(run('module.mjs', imports)).toEqual([true, 'RealtimeClient', 'function']);
  });

  it('when it is required', () => {
    const imports = "const { attach, createClient, RealtimeClient } = require('@supabase/supabase-js');";
    expect(run('common.cjs', imports)).toEqual([true, 'RealtimeClient', 'function']);
  });
});

describe('what is published', () => {
  it('has the declarations and the sources that they refer to, and no record of the compiler', () => {
    const packing = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: join(root, 'web/realtime-js'),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [{ files }] = JSON.parse(packing) as [{ files: { path: string }[] }];
    const paths = files.map(({ path }) => path);
    for (const path of ['dist/index.js', 'dist/index.d.ts', 'src/index.ts', 'README.md', 'LICENSE']) {
      expect(paths).toContain(path);
    }
    expect(paths.filter((path) => path.endsWith('.tsbuildinfo'))).toEqual([]);
  });
});
