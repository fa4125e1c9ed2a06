import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serverUser } from '../../../web/backend/postgres/serverUser.js';
import { Template } from '../../../web/backend/postgres/template.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'template-'));
  await mkdir(join(folder, 'data', 'base'), { recursive: true });
  await writeFile(join(folder, 'data', 'PG_VERSION'), '18\n');
});

afterEach(() => rm(folder, { recursive: true }));

describe('the template of a data directory', () => {
  it('that somebody copied belongs to the user of the server, and to nobody else, once it is in use', async () => {
    const user = await serverUser();
    const modules = join(folder, 'node_modules');
    await new Template(join(modules, 'postgres'), ['key'], user).keep(join(folder, 'data'));
    // Not `cp -a`: the copy belongs to this process, whoever the server runs as.
    const copied = join(folder, 'copy', 'node_modules');
    await mkdir(join(folder, 'copy'));
    execFileSync('cp', ['-r', modules, copied]);
    const [name = ''] = await readdir(join(copied, '.cache/switchboard-backend'));
    await chmod(join(copied, '.cache/switchboard-backend', name), 0o755);

    const data = join(folder, 'used');
    expect(await new Template(join(copied, 'postgres'), ['key'], user).copyTo(data)).toBe(true);
    for (const path of ['.', 'PG_VERSION', 'base']) {
      expect(await stat(join(data, path))).toMatchObject({ uid: user?.uid ?? process.getuid?.() });
    }
    expect((await stat(data)).mode & 0o777).toBe(0o700);
  });

  it('of another key is not used', async () => {
    const modules = join(folder, 'node_modules/postgres');
    await new Template(modules, ['key'], null).keep(join(folder, 'data'));
    expect(await new Template(modules, ['other'], null).copyTo(join(folder, 'used'))).toBe(false);
  });
});
