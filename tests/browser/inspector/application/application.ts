// The package, bundled, for the tests that drive this page.
import * as realtime from 'switchboard-realtime';
import type * as Realtime from 'switchboard-realtime';
import type * as Inspector from 'switchboard-realtime/inspector';
import type * as Devtools from '@tanstack/devtools';
import type * as ReactPart from './reactPart.js';

declare global {
  var realtime: typeof Realtime;
  /** Loads the inspector, as an application does when it is asked for. */
  var loadInspector: () => Promise<typeof Inspector>;
  var loadDevtools: () => Promise<typeof Devtools>;
  var loadReact: () => Promise<typeof ReactPart>;
  /** Takes the component of React away. */
  var unmount: () => void;
  var inspected: Realtime.RealtimeManager[];
  var mounted: Inspector.MountedInspector;
}

globalThis.realtime = realtime;
globalThis.loadInspector = () => import('switchboard-realtime/inspector');
globalThis.inspected = [];
globalThis.loadDevtools = () => import('@tanstack/devtools');
globalThis.loadReact = () => import('./reactPart.js');
