import { defineConfig } from 'vitest/config';

// The built package and backend run as Node itself loads them, not through Vite's transforms.
const builtModules = [/\/web\/(backend\/)?dist\//];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'layering',
          include: ['tests/layering/**/*.test.ts'],
        },
      },
      {
        test: {
          name: 'node',
          include: ['tests/node/**/*.test.{ts,tsx}'],
          server: { deps: { external: builtModules } },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          server: { deps: { external: builtModules } },
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
