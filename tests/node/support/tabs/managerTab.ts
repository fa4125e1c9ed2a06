import type { ManagerOptions } from '../../../../web/core/api/options.js';
import { checkManagerOptions } from '../../../../web/core/checks/managerOptions.js';
import { Manager } from '../../../../web/core/manager/manager.js';
import { openHubLine } from '../../../../web/core/tabs/carriers/hubLine.js';
import { openAsTab } from '../../../../web/core/tabs/carriers/openTabEngine.js';
import { randomName, TABS_PROTOCOL } from '../../../../web/core/tabs/wire/messages.js';
import { pair } from './pair.js';
import type { ScriptedHub } from './scriptedHub.js';

/** A whole manager that is a tab of this hub. */
export function managerOfTab(hub: ScriptedHub, given: Partial<ManagerOptions> = {}): Manager {
  const options = checkManagerOptions({ url: 'https://ref.example', apikey: 'anon-key-of-test', ...given } as never);
  return new Manager(options, (engine, sink, stop, newestToken) =>
    openAsTab(
      async (user, events, signal) => {
        const [port, far] = pair();
        hub.host.accept(far);
        const lock = randomName('tab');
        const release = await hub.locks.hold(lock, signal);
        const shared = { protocol: TABS_PROTOCOL, user, options: engine, wasm: '', loadTimeoutMs: 1, lock };
        const waits = { helloMs: 5_000, isKnown: true, wedged: () => undefined };
        const attach = { ...shared, logLevel: 'warn' as const };
        const line = await openHubLine({ port, attach, release, locks: hub.locks, ...waits }, events, signal);
        return { line, tabs: { carrier: 'worker', code: 'OK', message: '' } };
      },
      engine,
      sink,
      stop,
      newestToken,
    ),
  );
}
