import { HubHost, type OpenCore } from '../hub/hubHost.js';
import { CarrierUnavailable } from '../tab/line.js';
import type { Locks } from '../wire/locks.js';
import { randomName, TABS_PROTOCOL, type Port } from '../wire/messages.js';
import { ANSWER_MS } from './hubLine.js';
import { answerCall, LeaderCall } from './leaderCall.js';
import type { Channel, Realm } from './realm.js';

/** Of the lock that the leader holds, and of the channel on which it is found. */
export const LEADER = `switchboard-leader ${TABS_PROTOCOL}`;

/** On that channel: somebody wants a line, over a channel of this name; nobody wants that line any more; there is a new leader. */
type Word = { readonly call: string } | { readonly ended: string } | { readonly elected: string };

/** What a tab has while it leads. */
interface Term {
  /** Nobody else's, in no other term. */
  readonly leader: string;
  readonly host: HubHost;
  /** Its ends of lines to other tabs, by the names of their calls. */
  readonly lines: Map<string, Port>;
}

/** The hubs of an origin in one of its tabs: the one that holds the lock. Every tab that has a line waits to be the next. */
export class Leadership {
  readonly #locks: Locks;
  readonly #openCore: OpenCore;
  readonly #realm: Realm;
  #channel: Channel | null = null;
  /** From the first line to the last. */
  #stay = new AbortController();
  /** Of the lock that is held or waited for. */
  #candidacy = new AbortController();
  #term: Term | null = null;
  #elections = 0;
  #elected: (() => void)[] = [];
  /** Of this tab's lines, those that are open or wait for an answer. */
  readonly #calls = new Map<string, LeaderCall>();

  constructor(locks: Locks, openCore: OpenCore, realm: Realm) {
    this.#locks = locks;
    this.#openCore = openCore;
    this.#realm = realm;
  }

  /**
   * A port to the leader's hubs, which may be in this tab. `isLed`: another tab holds the lock, or held it a moment ago.
   *
   * @throws CarrierUnavailable when there is no leader in time.
   */
  async call(isLed: boolean): Promise<LeaderCall> {
    const name = randomName('switchboard-line');
    const call: LeaderCall = new LeaderCall(name, this.#elections, this.#realm, () => {
      // The leader's answer may be on its way.
      if (call.leader === null) this.#say({ ended: name });
      this.#left(name);
    });
    this.#calls.set(name, call);
    this.#enter();
    try {
      if (!isLed) await this.#untilLed();
      this.#place(call);
      return call;
    } catch (error) {
      call.close();
      throw error;
    }
  }

  /** Who leads lives and does not answer this call: this tab takes its place, unless another has since. */
  seize({ elections }: LeaderCall): void {
    if (this.#term === null && this.#channel !== null && elections === this.#elections) this.#stand(true);
  }

  #enter(): void {
    if (this.#channel !== null) return;
    this.#channel = this.#realm.channel(LEADER, (word) => {
      this.#heard(word as Word);
    });
    this.#stay = new AbortController();
    this.#realm.watch(this.#stay.signal, {
      // With a lock the page could not rest in the back/forward cache.
      away: () => {
        this.#leave();
      },
      // A page that does not run is no leader, nor a candidate.
      frozen: () => {
        this.#withdraw();
      },
      resumed: () => {
        if (this.#candidacy.signal.aborted) this.#stand(false);
      },
    });
    this.#stand(false);
  }

  #left(name: string): void {
    this.#calls.delete(name);
    // Not at once: most lines are lost because the leader is, and this tab may be the next.
    setTimeout(() => {
      if (this.#calls.size === 0) this.#leave();
    });
  }

  #leave(): void {
    if (this.#channel === null) return;
    this.#stay.abort();
    this.#withdraw();
    for (const call of [...this.#calls.values()]) call.close();
    this.#channel.close();
    this.#channel = null;
  }

  #withdraw(): void {
    this.#candidacy.abort();
    this.#resign();
  }

  #stand(seize: boolean): void {
    this.#candidacy.abort();
    const candidacy = new AbortController();
    this.#candidacy = candidacy;
    const { signal } = candidacy;
    this.#locks.lead(LEADER, seize, signal, {
      granted: () => {
        this.#lead();
      },
      // Another tab found that this one did not answer.
      lost: () => {
        const own = this.#ownLines();
        this.#resign();
        this.#stand(false);
        for (const call of own) call.replaced();
      },
    });
  }

  #lead(): void {
    const leader = randomName('switchboard-hub');
    this.#term = { leader, host: new HubHost(this.#openCore, this.#locks, leader), lines: new Map() };
    this.#say({ elected: leader });
    this.#follow(leader);
  }

  #resign(): void {
    const term = this.#term;
    this.#term = null;
    term?.host.end();
    for (const port of [...(term?.lines.values() ?? [])]) port.close();
  }

  /** This tab's lines to the hubs in it. */
  #ownLines(): LeaderCall[] {
    return [...this.#calls.values()].filter(({ leader }) => leader !== null && leader === this.#term?.leader);
  }

  #heard(word: Word): void {
    const term = this.#term;
    if ('elected' in word) {
      // Only the loss of the lock ends a term: the word may be older than that.
      if (term === null) this.#follow(word.elected);
    } else if ('ended' in word) {
      term?.lines.get(word.ended)?.close();
    } else if (term !== null && !term.lines.has(word.call)) {
      const { call } = word;
      const port = answerCall(this.#realm, call, term.leader, () => {
        term.lines.delete(call);
      });
      term.lines.set(call, port);
      term.host.accept(port);
    }
  }

  /** There is a new leader. */
  #follow(leader: string): void {
    this.#elections += 1;
    for (const elected of this.#elected.splice(0)) elected();
    for (const call of [...this.#calls.values()]) {
      if (call.leader === null) this.#place(call);
      else if (call.leader !== leader) call.replaced();
    }
  }

  #place(call: LeaderCall): void {
    const term = this.#term;
    if (call.leader !== null) return;
    if (term === null) {
      this.#say({ call: call.name });
      return;
    }
    const [near, far] = this.#realm.pair();
    term.host.accept(far);
    call.connect(term.leader, near);
  }

  /** Who was elected before this tab could hear it holds the lock; who is elected now says so. */
  async #untilLed(): Promise<void> {
    const elections = this.#elections;
    const isLed = this.#term !== null || (await this.#locks.held()).includes(LEADER);
    if (!isLed && elections === this.#elections) await this.#election();
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

  #say(word: Word): void {
    this.#channel?.post(word);
  }
}
