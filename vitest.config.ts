import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// The built package and backend run as Node itself loads them, not through Vite's transforms.
const builtModules = [/\/web\/((backend|realtime-js)\/)?dist\//];
// The same tests on the oldest React that is supported: whatever imports React has to go through Vite then, which swaps it.
const react18 = fileURLToPath(new URL('tests/react18/node_modules/', import.meta.url));
const importsReact = [/\/web\/dist\/react\//, /@floating-ui\//, /@tanstack\/react-query/, /\/sonner\//];
const built = fileURLToPath(new URL('tests/setup/built.ts', import.meta.url));

/** The tests of a manager on its real engine. */
const managerTests = [
  'changes/columnTypes',
  'changes/deliveryModes',
  'changes/exactNumbers',
  'changes/netEffect',
  'changes/pulse',
  'channels/onBackend',
  'engine/port',
  'liveRows/liveRowsIdentity',
  'liveRows/liveRowsLab',
  'liveRows/liveRowsRandom',
  'manager/badInput',
  'manager/dispose',
  'manager/disposedManagers',
  'manager/sharedManager',
  'manager/synchronousTransport',
  'manager/tokens',
  'scenarios/faultLab',
  'scenarios/faults',
  'scenarios/switchboardScenario',
];
/** What realtime-js and supabase-js can do, with the drop-in in the place of realtime-js. */
const dropIn = fileURLToPath(new URL('web/realtime-js/dist/index.js', import.meta.url));
const dropInTests = [
  'realtimeJs',
  'channels/broadcast',
  'channels/database',
  'channels/presence',
  'channels/rest',
  'channels/supabaseJs',
  'channels/policies',
  'channels/persist',
];
/** Has managers open their engines by this module: at the other end of a MessageChannel, or as a tab of a hub. */
const enginesOf = (path: string) => {
  const loader = fileURLToPath(new URL(path, import.meta.url));
  return {
    name: 'other-engines',
    enforce: 'pre' as const,
    resolveId: (source: string, importer?: string) =>
      source === '../engine/loadModule.js' && importer?.includes('/manager/createRealtimeManager') ? loader : null,
  };
};

/** The manager's tests once more, with an engine that tests/node/support has in this folder. */
const managerBehind = (engine: 'port' | 'tabs') => ({
  plugins: [enginesOf(`tests/node/support/${engine}/loadModule.ts`)],
  test: {
    name: engine,
    env: { ENGINE: engine },
    globalSetup: built,
    include: managerTests.map((name) => `tests/node/${name}.test.ts`),
    server: {
      deps: { inline: [/\/web\/dist\/core\//], external: [/\/web\/dist\/wasm\//, /\/web\/backend\/dist\//] },
    },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

export default defineConfig({
  test: {
    // Vitest leaves one processor free; most of these tests wait for something most of the time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          name: 'layering',
          include: ['tests/layering/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'node',
          globalSetup: built,
          include: ['tests/node/**/*.test.{ts,tsx}'],
          server: { deps: { external: builtModules } },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      managerBehind('port'),
      managerBehind('tabs'),
      {
        resolve: { alias: [{ find: /^@supabase\/realtime-js$/, replacement: dropIn }] },
        test: {
          name: 'drop-in',
          env: { DROP_IN: '1' },
          globalSetup: built,
          include: dropInTests.map((name) => `tests/node/backend/${name}.test.ts`),
          server: { deps: { inline: [/@supabase\/supabase-js/], external: builtModules } },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve: { alias: [{ find: /^(react|react-dom)(\/.*)?$/, replacement: `${react18}$1$2` }] },
        test: {
          name: 'react18',
          globalSetup: built,
          include: ['tests/node/react/**/*.test.tsx'],
          // What these are about is not React's, or not in this version.
          exclude: ['**/manyComponents.test.tsx', '**/realtimeToasts.test.tsx', '**/activity.test.tsx'],
          env: { REACT_VERSION: '18' },
          server: {
            deps: { inline: importsReact, external: [/\/web\/dist\/(core|wasm)\//, /\/web\/backend\/dist\//] },
          },
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          globalSetup: built,
          include: ['tests/browser/**/*.test.ts'],
          server: { deps: { external: builtModules } },
          // One Chromium at a time: it has use for all processors by itself.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
