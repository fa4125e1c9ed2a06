import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** The dashboard bundled for development: StrictMode mounts everything twice, as it does while one writes an application. */
export async function bundleForDevelopment(): Promise<{ outDir: string; remove: () => Promise<void> }> {
  const root = fileURLToPath(new URL('../../../web/dashboard', import.meta.url));
  const outDir = await mkdtemp(join(tmpdir(), 'switchboard-dashboard-'));
  await build({
    root,
    configFile: join(root, 'vite.config.ts'),
    mode: 'development',
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"development"' },
    build: { outDir, minify: false, emptyOutDir: true },
  });
  return { outDir, remove: () => rm(outDir, { recursive: true, force: true }) };
}
