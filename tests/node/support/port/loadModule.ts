import { MessageChannel } from 'node:worker_threads';
import type { OpenEngine } from '../../../../web/core/engine/engine.js';
import { wasmEngineOpener as openInRealm } from '../../../../web/dist/core/engine/loadModule.js';
import { hostEngine } from './engineHost.js';
import { PortEngine } from './portEngine.js';

let opened = 0;

/** How many engines were opened behind ports. */
export function openedBehindPorts(): number {
  return opened;
}

/** Takes the place of web/core/engine/loadModule.ts in the project `port`: the same engines, each at the other end of a MessageChannel. */
export function wasmEngineOpener(...given: Parameters<typeof openInRealm>): OpenEngine {
  const inner = openInRealm(...given);
  const open: OpenEngine = (options, sink, signal) => {
    opened += 1;
    const { port1, port2 } = new MessageChannel();
    hostEngine(port2, inner);
    return new PortEngine(port1, sink).open(options, signal);
  };
  open.restart = () => inner.restart?.();
  return open;
}
