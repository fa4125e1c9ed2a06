import { HubHost, type OpenCore } from '../hub/hubHost.js';
import { CarrierUnavailable } from '../tab/line.js';
import type { Locks } from '../wire/locks.js';
import { messagePort, randomName, TABS_PROTOCOL, type Port } from '../wire/messages.js';
import { ANSWER_MS } from './hubLine.js';

/** Of the lock that the leader holds, and of the channel on which it is found. */
const NAME = `switchboard-leader ${String(TABS_PROTOCOL)}`;

/** On that channel: somebody wants a line, over a channel of this name; there is a new leader. */
type Word = { readonly call: string } | { readonly elected: true };

/** The first word on the channel of a line, from the leader. */
const OPEN = 'open';

/** The hubs of an origin in one of its tabs: the one that holds the lock. Every tab that has a line waits to be the next. */
export class Leadership {
  readonly #locks: Locks;
  readonly #openCore: OpenCore;
  #channel: BroadcastChannel | null = null;
  #candidacy = new AbortController();
  #host: HubHost | null = null;
  #lines = 0;
  /** Calls that nobody has answered. */
  readonly #calls = new Set<string>();
  /** Calls that this tab has answered. */
  readonly #answered = new Set<string>();
  #elected: (() => void)[] = [];

  constructor(locks: Locks, openCore: OpenCore) {
    this.#locks = locks;
    this.#openCore = openCore;
  }

  /**
   * A port to the leader's hubs, which may be in this tab.
   *
   * @throws CarrierUnavailable when there is no leader in time.
   */
  async call(): Promise<Port> {
    this.#lines += 1;
    if (this.#channel === null) this.#enter();
    try {
      const isLed = this.#host !== null || (await this.#locks.held()).includes(NAME);
      if (!isLed) await this.#election();
      return this.#host === null ? this.#callLeader() : this.#callHere(this.#host);
    } catch (error) {
      this.#left();
      throw error;
    }
  }

  /** The leader lives and does not answer: this tab takes its place. */
  seize(): void {
    if (this.#host === null && this.#lines > 0) this.#stand(true);
  }

  #enter(): void {
    this.#channel = new BroadcastChannel(NAME);
    this.#channel.onmessage = ({ data }) => {
      this.#heard(data as Word);
    };
    this.#candidacy = new AbortController();
    addEventListener('pagehide', this.#leave);
    this.#stand(false);
  }

  #left(): void {
    this.#lines -= 1;
    // Not at once: most lines are lost because the leader is, and this tab may be the next.
    setTimeout(() => {
      if (this.#lines === 0) this.#leave();
    });
  }

  /** Also when the page is put away: with a lock it could not rest in the back/forward cache. */
  readonly #leave = (): void => {
    if (this.#channel === null) return;
    removeEventListener('pagehide', this.#leave);
    this.#candidacy.abort();
    this.#resign();
    this.#channel.close();
    this.#channel = null;
    this.#calls.clear();
  };

  #stand(steal: boolean): void {
    const { signal } = this.#candidacy;
    const resigned = (): void => {
      if (signal.aborted) return;
      // Another tab believes that this one does not answer.
      this.#resign();
      this.#stand(false);
    };
    this.#locks.lead(
      NAME,
      steal,
      signal,
      () => {
        this.#lead();
      },
      resigned,
    );
  }

  #lead(): void {
    this.#host ??= new HubHost(this.#openCore, this.#locks, randomName('switchboard-hub'));
    this.#channel?.postMessage({ elected: true } satisfies Word);
    for (const call of this.#elected.splice(0)) call();
    // Its own, made while the lock was already its own and it did not know.
    for (const call of this.#calls) this.#heard({ call });
  }

  #resign(): void {
    this.#host?.end();
    this.#host = null;
    this.#answered.clear();
  }

  #heard(word: Word): void {
    if ('elected' in word) {
      for (const call of this.#elected.splice(0)) call();
      for (const call of this.#calls) this.#channel?.postMessage({ call } satisfies Word);
    } else if (this.#host !== null && !this.#answered.has(word.call)) {
      this.#answered.add(word.call);
      this.#host.accept(answer(word.call));
    }
  }

  #election(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new CarrierUnavailable('No tab could take the line for all tabs.'));
      }, ANSWER_MS);
      this.#elected.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #callHere(host: HubHost): Port {
    const { port1, port2 } = new MessageChannel();
    host.accept(messagePort(port2));
    return this.#counted(messagePort(port1));
  }

  #callLeader(): Port {
    const name = randomName('switchboard-line');
    const channel = new BroadcastChannel(name);
    const waiting: unknown[] = [];
    let isOpen = false;
    let listener: ((message: unknown) => void) | null = null;
    channel.onmessage = ({ data }) => {
      if (data !== OPEN) listener?.(data);
      else if (!isOpen) {
        isOpen = true;
        this.#calls.delete(name);
        for (const message of waiting) channel.postMessage(message);
      }
    };
    this.#calls.add(name);
    this.#channel?.postMessage({ call: name } satisfies Word);
    return this.#counted({
      post: (message) => {
        if (isOpen) channel.postMessage(message);
        else waiting.push(message);
      },
      listen: (call) => {
        listener = call;
      },
      close: () => {
        this.#calls.delete(name);
        channel.close();
      },
    });
  }

  /** The line is over when its port is closed. */
  #counted(port: Port): Port {
    let isClosed = false;
    return {
      ...port,
      close: () => {
        port.close();
        if (!isClosed) this.#left();
        isClosed = true;
      },
    };
  }
}

/** The leader's end of a line. */
function answer(name: string): Port {
  const channel = new BroadcastChannel(name);
  return {
    post: (message) => {
      channel.postMessage(message);
    },
    listen: (call) => {
      channel.onmessage = ({ data }) => {
        call(data);
      };
      channel.postMessage(OPEN);
    },
    close: () => {
      channel.close();
    },
  };
}
