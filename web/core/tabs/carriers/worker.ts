import { wasmEngineOpener } from '../../engine/loadModule.js';
import { HubHost } from '../hub/hubHost.js';
import { webLocks } from '../wire/locks.js';
import { messagePort } from '../wire/messages.js';

/** What of a SharedWorker's scope is used here; the DOM's types have none. */
interface Scope {
  readonly name: string;
  onconnect: ((event: { readonly ports: readonly MessagePort[] }) => void) | null;
}

/** The worker for all tabs. It is bundled into one file, see web/tools/setup/builds.mjs. */
const scope = self as unknown as Scope;
const locks = webLocks();
const openCore = (wasm: string, loadTimeoutMs: number) =>
  wasmEngineOpener({ wasm, numbered: false, transport: null }, loadTimeoutMs);
// Without locks nobody answers, and each tab takes a line of its own.
const host = locks === null ? null : new HubHost(openCore, locks, scope.name);

scope.onconnect = ({ ports: [port] }) => {
  if (port !== undefined) host?.accept(messagePort(port));
};
