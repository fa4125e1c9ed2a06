import type { Command, RpcRequest } from '../../engine/engine.js';
import { awake } from './awake.js';
import type { HubTab } from './hubTab.js';
import { ownerOf } from '../wire/user.js';

/** How long a tab may take for a token before another is asked as well. The core waits for 5 s, see the option `tokenTimeoutMs`. */
const TOKEN_MS = 1_500;

type Give = (command: Command) => void;
type Asked = { readonly request: number; readonly tabs: Set<HubTab>; timer: ReturnType<typeof setTimeout> | null };

/** Has one live tab after the other asked for the token that the core wants. Of all tokens of the user the one that is valid for longest counts. */
export class TokenRequests {
  readonly #tabs: ReadonlySet<HubTab>;
  readonly #user: string;
  readonly #apikey: string;
  readonly #give: Give;
  #asked: Asked | null = null;
  #newest = { token: '', expiresAt: -Infinity };
  /** What the core has. */
  #given = '';

  constructor(tabs: ReadonlySet<HubTab>, user: string, apikey: string, give: Give) {
    this.#tabs = tabs;
    this.#user = user;
    this.#apikey = apikey;
    this.#give = give;
  }

  wanted(request: number): void {
    this.#settle();
    this.#asked = { request, tabs: new Set(), timer: null };
    this.#ask('There is no tab left that could give a token.');
  }

  provided(request: number, token: string): void {
    const { user, expiresAt } = ownerOf(token, this.#apikey);
    // A tab of another user looks for another hub by itself.
    if (user !== this.#user) return;
    const isAnswer = request !== 0 && request === this.#asked?.request;
    // The core has the one that is valid for longest and asks for another: that one was refused, or ends soon.
    const isOther = isAnswer && this.#given === this.#newest.token && !isOver(expiresAt);
    const isNewer = isOther || expiresAt >= this.#newest.expiresAt;
    if (isNewer) this.#newest = { token, expiresAt };
    if (!isAnswer && (request !== 0 || !isNewer)) return;
    this.#settle();
    this.#given = this.#newest.token;
    this.#give({ kind: 'provideToken', request, token: this.#given });
  }

  failed(tab: HubTab, request: number, message: string): void {
    if (request === this.#asked?.request && this.#asked.tabs.has(tab)) this.#ask(message);
  }

  /** The tab is gone. */
  left(tab: HubTab): void {
    if (this.#asked?.tabs.has(tab) === true) this.#ask('The tab that was asked for a token is gone.');
  }

  end(): void {
    this.#settle();
  }

  /** The next tab; `reason`: why there must be another. */
  #ask(reason: string): void {
    const asked = this.#asked;
    if (asked === null) return;
    if (asked.timer !== null) clearTimeout(asked.timer);
    asked.timer = null;
    const next = awake(this.#tabs).find((tab) => !asked.tabs.has(tab));
    if (next === undefined) {
      this.#asked = null;
      this.#give({ kind: 'failToken', request: asked.request, message: reason });
      return;
    }
    asked.tabs.add(next);
    next.post({ batch: { control: { tokenRequest: { request: asked.request } }, columnLists: [], deliveries: [] } });
    // The last one has all the time that the core gives.
    if (asked.tabs.size < this.#tabs.size) {
      asked.timer = setTimeout(() => {
        this.#ask(reason);
      }, TOKEN_MS);
    }
  }

  #settle(): void {
    if (this.#asked?.timer !== null && this.#asked !== null) clearTimeout(this.#asked.timer);
    this.#asked = null;
  }
}

/** By this machine's clock. 0: it does not say when it ends. */
function isOver(expiresAt: number): boolean {
  return expiresAt > 0 && expiresAt * 1_000 <= Date.now();
}

/** Has one live tab call the database for each request of the core, and another when that one is gone. */
export class RpcRequests {
  readonly #tabs: ReadonlySet<HubTab>;
  readonly #give: Give;
  readonly #running = new Map<number, { readonly wanted: RpcRequest; tab: HubTab }>();
  /** How often a tab has failed, or has not answered before the core gave up. */
  readonly #failures = new WeakMap<HubTab, number>();

  constructor(tabs: ReadonlySet<HubTab>, give: Give) {
    this.#tabs = tabs;
    this.#give = give;
  }

  wanted(wanted: RpcRequest): void {
    const count = (tab: HubTab): number => this.#failures.get(tab) ?? 0;
    const isFrozen = (tab: HubTab): number => Number(tab.page.frozen);
    const [tab] = awake(this.#tabs).sort((a, b) => isFrozen(a) - isFrozen(b) || count(a) - count(b));
    if (tab === undefined) {
      this.#give({ kind: 'rpcFailed', request: wanted.request, message: 'There is no tab left that could ask.' });
      return;
    }
    this.#running.set(wanted.request, { wanted, tab });
    tab.post({ batch: { control: { rpcWanted: [wanted] }, columnLists: [], deliveries: [] } });
  }

  unwanted(request: number): void {
    const tab = this.#running.get(request)?.tab;
    if (tab === undefined) return;
    this.#running.delete(request);
    // The core may have waited for too long: the tab may be stopped.
    this.#failed(tab);
    tab.post({ batch: { control: { rpcUnwanted: [request] }, columnLists: [], deliveries: [] } });
  }

  answered(tab: HubTab, answer: Extract<Command, { kind: 'rpcAnswer' | 'rpcFailed' }>): void {
    if (this.#running.get(answer.request)?.tab !== tab) return;
    this.#running.delete(answer.request);
    if (answer.kind === 'rpcFailed') this.#failed(tab);
    this.#give(answer);
  }

  /** The tab is gone. */
  left(tab: HubTab): void {
    for (const { wanted, tab: asked } of [...this.#running.values()]) {
      if (asked === tab) this.wanted(wanted);
    }
  }

  #failed(tab: HubTab): void {
    this.#failures.set(tab, (this.#failures.get(tab) ?? 0) + 1);
  }
}
