import type { OpenEngine } from '../../engine/engine.js';
import { Hub } from './hub.js';
import type { HubTab } from './hubTab.js';
import { Turns } from './turns.js';
import type { Locks } from '../wire/locks.js';
import { randomName, TABS_PROTOCOL, type Attach, type Port, type ToHub } from '../wire/messages.js';

/** Opens cores for hubs. */
export type OpenCore = (wasm: string, loadTimeoutMs: number) => OpenEngine;

interface Joined {
  readonly hub: Hub;
  readonly tab: HubTab;
}

/** A lock, from the first tab until it is lost or the host ends. */
interface Tenure {
  readonly lock: string;
  readonly held: Promise<void>;
  readonly end: AbortController;
}

/** The hubs of one realm: one for each set of options and each user. */
export class HubHost {
  readonly #hubs = new Map<string, Hub>();
  readonly #turns = new Turns<Joined>(({ hub, tab }, command) => {
    hub.run(tab, command);
  });
  readonly #openCore: OpenCore;
  readonly #locks: Locks;
  readonly #lock: string;
  #tenure: Tenure | null = null;
  #ended = false;

  /** `lock`: how the names of the Web Locks begin by which tabs see that it lives. It holds one from its first tab on; who seizes it ends its hubs. */
  constructor(openCore: OpenCore, locks: Locks, lock: string) {
    this.#openCore = openCore;
    this.#locks = locks;
    this.#lock = lock;
  }

  /** Serves whoever is at the other end. What it does not understand it ignores: it comes from another version, or from nobody's tab. */
  accept(port: Port): void {
    let joined: Joined | null = null;
    port.listen((message) => {
      if (this.#ended || !isMessage(message)) return;
      if ('attach' in message) {
        if (joined === null && isAttach(message.attach)) joined = this.#attach(port, message.attach);
      } else if (joined !== null) {
        const { hub, tab } = joined;
        const sender = joined;
        if ('ping' in message) tab.post({ pong: message.ping });
        else if ('ack' in message) tab.took(message.ack);
        else if ('commands' in message) {
          hub.together(() => {
            for (const command of message.commands) this.#turns.take(sender, command);
          });
        } else hub.remove(tab);
      }
    });
  }

  /** Ends all hubs, and serves nobody any more. Their tabs see it by the lock. */
  end(): void {
    this.#ended = true;
    this.#endHubs();
  }

  #endHubs(): void {
    for (const hub of [...this.#hubs.values()]) hub.end();
    this.#tenure?.end.abort();
    this.#tenure = null;
  }

  #attach(port: Port, attach: Attach): Joined {
    const { user, options, wasm, loadTimeoutMs } = attach;
    const key = JSON.stringify([user, options, wasm]);
    const hub = this.#hubs.get(key) ?? this.#open(key, attach, this.#openCore(wasm, loadTimeoutMs));
    const tab = hub.join(port, attach);
    this.#tenure ??= this.#begin();
    const { lock, held } = this.#tenure;
    void held.then(() => {
      tab.post({ hello: lock });
    });
    this.#locks.whenFree(attach.lock, tab.gone, () => {
      hub.remove(tab);
    });
    return { hub, tab };
  }

  #begin(): Tenure {
    const lock = randomName(this.#lock);
    const end = new AbortController();
    const held = new Promise<void>((resolve) => {
      this.#locks.lead(lock, false, end.signal, {
        granted: resolve,
        lost: () => {
          this.#endHubs();
        },
      });
    });
    return { lock, end, held };
  }

  #open(key: string, { user, options }: Attach, openEngine: OpenEngine): Hub {
    const hub: Hub = new Hub(options, user, openEngine, () => {
      if (this.#hubs.get(key) === hub) this.#hubs.delete(key);
    });
    this.#hubs.set(key, hub);
    return hub;
  }
}

function isMessage(message: unknown): message is ToHub {
  return typeof message === 'object' && message !== null;
}

function isAttach(attach: Partial<Attach> | undefined): attach is Attach {
  return (
    attach?.protocol === TABS_PROTOCOL &&
    typeof attach.user === 'string' &&
    typeof attach.lock === 'string' &&
    typeof attach.wasm === 'string' &&
    typeof attach.options === 'object'
  );
}
