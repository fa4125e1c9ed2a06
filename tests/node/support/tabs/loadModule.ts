import { MessageChannel } from 'node:worker_threads';
import type { EngineStats } from '../../../../web/core/api/status.js';
import type { Batch, Engine, OpenEngine } from '../../../../web/core/engine/engine.js';
import type { FromHub, Port, ToHub } from '../../../../web/core/tabs/wire/messages.js';
import { wasmEngineOpener as openInRealm } from '../../../../web/dist/core/engine/loadModule.js';
import { openHubLine } from '../../../../web/dist/core/tabs/carriers/hubLine.js';
import { HubHost } from '../../../../web/dist/core/tabs/hub/hubHost.js';
import { openAsTab } from '../../../../web/dist/core/tabs/carriers/openTabEngine.js';
import type { Connect } from '../../../../web/core/tabs/tab/tabEngine.js';
import { TABS_PROTOCOL } from '../../../../web/dist/core/tabs/wire/messages.js';
import { FakeLocks } from './fakeLocks.js';

let opened = 0;
let tabs = 0;

/** How many engines were opened as tabs. */
export function openedAsTabs(): number {
  return opened;
}

/** Takes the place of web/core/engine/loadModule.ts in the project `tabs`: each manager is a tab of a hub of its own, at the other end of a MessageChannel. */
export function wasmEngineOpener(...given: Parameters<typeof openInRealm>): OpenEngine {
  const inner = openInRealm(...given);
  const open: OpenEngine = (options, sink, stop, newestToken) => {
    opened += 1;
    const locks = new FakeLocks();
    const figures = new Figures();
    const hub = new HubHost(() => figures.watch(inner), locks, 'hub');
    const connect: Connect = async (user, events, signal) => {
      const { port1, port2 } = new MessageChannel();
      hub.accept(hubEnd(port2, figures));
      tabs += 1;
      const lock = `tab ${String(tabs)}`;
      const attach = { protocol: TABS_PROTOCOL, user, options, wasm: '', loadTimeoutMs: 10_000, lock } as const;
      const waits = { helloMs: 5_000, isKnown: true, wedged: () => undefined };
      const release = await locks.hold(lock, signal);
      const settings = {
        port: end(port1),
        attach: { ...attach, logLevel: 'debug' as const },
        release,
        locks,
        ...waits,
      };
      return {
        line: await openHubLine(settings, events, signal),
        tabs: { carrier: 'worker', code: 'OK', message: '' },
      };
    };
    return openAsTab(connect, options, sink, stop, newestToken);
  };
  open.restart = () => inner.restart?.();
  return open;
}

type NodePort = MessageChannel['port1'];

function end(port: NodePort): Port {
  return {
    post: (message) => {
      port.postMessage(message);
    },
    listen: (call) => {
      port.on('message', call);
    },
    close: () => {
      port.close();
    },
  };
}

/** With the core's figures of the same moment in each batch, which the tests could not wait for. */
function hubEnd(port: NodePort, figures: Figures): Port {
  const plain = end(port);
  const post = (message: ToHub | FromHub): void => {
    if (!('batch' in message) || figures.newest === undefined) plain.post(message);
    else {
      const { batch } = message;
      plain.post({ batch: { ...batch, control: { ...batch.control, stats: figures.newest } } });
    }
  };
  return { ...plain, post };
}

class Figures {
  newest: EngineStats | undefined;

  watch(inner: OpenEngine): OpenEngine {
    return async (options, sink, signal) => {
      let engine: Engine | null = null;
      let isAsking = false;
      const watched = (batch: Batch): void => {
        if (batch.control?.stats !== undefined) this.newest = batch.control.stats;
        if (isAsking) return;
        isAsking = true;
        engine?.send({ kind: 'stats' });
        isAsking = false;
        sink(batch);
      };
      engine = await inner(options, watched, signal);
      return engine;
    };
  }
}
