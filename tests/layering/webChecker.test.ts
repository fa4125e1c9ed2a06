import { describe, expect, it } from 'vitest';
import { checkWeb } from './webChecker.js';

describe('the web checker', () => {
  it.each([
    ['web/react/useSubscription.ts', "import { load } from '../core/engine/loadModule.js';"],
    ['web/react/useSubscription.ts', "import factory from '../dist/wasm/switchboard.js';"],
    ['web/react/useSubscription.ts', "export * from '../core/engine/wasmModule.js';"],
    ['web/core/manager/manager.ts', "import { useState } from 'react';"],
    ['web/core/manager/manager.ts', "import { run } from '../cli/main.js';"],
    ['web/core/manager/manager.ts', "const { default: create } = await import('../../wasm/switchboard.js');"],
    ['web/cli/main.ts', "const react = await import('react');"],
    ['web/backend/server.ts', "import { createRealtimeManager } from 'switchboard-realtime';"],
    ['web/backend/server.ts', "import { frame } from '../core/frame.js';"],
    ['web/dashboard/src/writing/merge.ts', "import { useState } from 'react';"],
    ['web/dashboard/src/writing/useEditSession.ts', "import { formatClock } from '../format.js';"],
    ['web/dashboard/src/App.tsx', "import { load } from 'switchboard-realtime/dist/core/engine/loadModule.js';"],
    ['web/dashboard/src/App.tsx', "import type { Manager } from '../../core/manager/manager.js';"],
    ['web/dashboard/src/App.tsx', "import { RealtimeClient } from '@supabase/realtime-js';"],
    ['web/tools/setup/builds.mjs', "import { build } from 'vite';"],
  ])('refuses in %s: %s', (file, line) => {
    expect(checkWeb(file, `\n${line}\n`)).toMatchObject([{ file, line: 2 }]);
  });

  it.each([
    ['web/react/useSubscription.ts', "import type { RealtimeManager } from '../core/index.js';"],
    ['web/core/engine/glue.ts', "const { default: create } = await import('../../wasm/switchboard.js');"],
    ['web/dashboard/src/App.tsx', "import { useSubscription } from 'switchboard-realtime/react';"],
    ['web/dashboard/src/App.tsx', "import './app.css';"],
    ['web/tools/start/probes.mjs', "const { default: pg } = await import('pg');"],
  ])('accepts in %s: %s', (file, line) => {
    expect(checkWeb(file, line)).toEqual([]);
  });

  it('refuses a module outside every rule', () => {
    expect(checkWeb('web/extra/x.ts', '')).toHaveLength(1);
  });
});
