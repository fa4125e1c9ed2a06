import type {
  Batch,
  BroadcastDelivery,
  Command,
  ControlMessage,
  Delivery,
  Engine,
  EngineOptions,
  LifecycleEvent,
  LogLine,
  OpenEngine,
  StatusDelta,
} from '../../engine/engine.js';
import type { ConnectionStatus, Counters, TabsStats } from '../../api/status.js';
import { Redactor } from '../../log/redactor.js';
import { Evidence } from './evidence.js';
import { FetchRequests } from './fetchRequests.js';
import { HubTab } from './hubTab.js';
import type { Attach, Failure, Port } from '../wire/messages.js';
import { RpcRequests, TokenRequests } from './requests.js';

interface Owner {
  readonly tab: HubTab;
  /** What the tab calls it. */
  readonly id: number;
}

/** The subscribers of a delivery by tab, in the tabs' own ids. */
type Shares = ReadonlyMap<HubTab, number[]>;

/** One core for the tabs of one user: maps their ids to its own, and splits what it brings. Each tab gets what it asked for, and nothing else. */
export class Hub {
  readonly #tabs = new Set<HubTab>();
  /** By the core's id of the subscription or handle. */
  readonly #owners = new Map<number, Owner>();
  /** By the core's id of the push. Of those that have an outcome. */
  readonly #pushes = new Map<number, Owner>();
  readonly #evidence = new Evidence();
  readonly #redactor: Redactor;
  readonly #tokens: TokenRequests;
  readonly #rpc: RpcRequests;
  readonly #fetches = new FetchRequests();
  readonly #connections = new Map<number, ConnectionStatus>();
  readonly #end = new AbortController();
  readonly #onEnd: () => void;
  #engine: Engine | null = null;
  #counters: Partial<Counters> = {};
  readonly #lists: string[] = [];
  #lastId = 0;
  #lastPush = 0;
  readonly #askers: { stats: HubTab[]; record: HubTab[] } = { stats: [], record: [] };
  #shares: { of: readonly number[]; shares: Shares } | null = null;
  #isTogether = false;

  /** `onEnd`: it has no tabs, or no core, and must not be used any more. */
  constructor(options: EngineOptions, user: string, openEngine: OpenEngine, onEnd: () => void) {
    const give = (command: Command): void => this.#engine?.send(command);
    this.#redactor = new Redactor(options.apikey);
    this.#tokens = new TokenRequests(this.#tabs, user, options.apikey, give);
    this.#rpc = new RpcRequests(this.#tabs, give);
    this.#onEnd = onEnd;
    openEngine(options, this.#receive, this.#end.signal).then(
      (engine) => {
        this.#opened(engine);
      },
      (error: unknown) => {
        this.#failed(error);
      },
    );
  }

  /** Serves a tab until it is removed. It gets `welcome` when there is a core; its commands count from then on. */
  join(port: Port, { logLevel }: Attach): HubTab {
    const tab = new HubTab(port, logLevel);
    this.#tabs.add(tab);
    if (this.#engine !== null) this.#welcome(tab);
    return tab;
  }

  /** The tab is gone, or is to go. */
  remove(tab: HubTab): void {
    if (!this.#tabs.delete(tab)) return;
    tab.end();
    for (const [id, core] of tab.ids) this.#drop(tab, id, core);
    this.#tokens.left(tab);
    this.#rpc.left(tab);
    this.#fetches.left(tab);
    if (this.#tabs.size === 0) this.#stop();
    else this.#mergePages();
  }

  /** For all of its tabs. */
  end(): void {
    for (const tab of [...this.#tabs]) this.remove(tab);
  }

  /** The command of a tab, in its own ids. */
  run(tab: HubTab, command: Command): void {
    if (this.#tabs.has(tab) && this.#engine !== null) this.#run(tab, command);
  }

  /** Runs commands. Each tab gets what the core says meanwhile in one batch, up to the first that delivers something. */
  together(run: () => void): void {
    this.#isTogether = true;
    try {
      run();
    } finally {
      this.#isTogether = false;
      this.#flush();
    }
  }

  #opened(engine: Engine): void {
    if (this.#end.signal.aborted) {
      void engine.dispose();
      return;
    }
    this.#engine = engine;
    for (const tab of this.#tabs) this.#welcome(tab);
  }

  #welcome(tab: HubTab): void {
    tab.post({ welcome: true });
    for (const connection of this.#connections.values()) tab.addStatus('connections', connection);
    tab.flush(this.#lists, this.#counters);
    this.#mergePages();
  }

  #failed(error: unknown): void {
    const failed = failureOf(error);
    for (const tab of [...this.#tabs]) {
      tab.post({ failed });
      this.remove(tab);
    }
    this.#stop();
  }

  #run(tab: HubTab, command: Command): void {
    switch (command.kind) {
      case 'subscribe':
      case 'openChannel':
        this.#begin(tab, command);
        break;
      case 'unsubscribe':
      case 'closeChannel':
        this.#dropIfThere(tab, command.id);
        break;
      case 'unsubscribeAll':
        for (const id of [...tab.subscriptions]) this.#dropIfThere(tab, id);
        break;
      case 'pause':
      case 'resume':
      case 'flush':
      case 'watchPresence': {
        const id = tab.ids.get(command.id);
        if (id !== undefined) this.#engine?.send({ ...command, id });
        break;
      }
      case 'push':
        this.#push(tab, command);
        break;
      case 'track':
      case 'untrack': {
        const channel = tab.ids.get(command.channel);
        if (channel !== undefined) this.#engine?.send({ ...command, channel });
        break;
      }
      case 'provideToken':
        this.#redactor.add(command.token);
        this.#tokens.provided(command.request, command.token);
        break;
      case 'failToken':
        this.#tokens.failed(tab, command.request, command.message);
        break;
      case 'rpcAnswer':
      case 'rpcFailed':
        this.#rpc.answered(tab, command);
        break;
      case 'wantFetch':
      case 'fetchDone':
      case 'fetchFailed':
        this.#fetches.run(tab, command);
        break;
      case 'notify':
        this.#notify(tab, command.event);
        break;
      case 'stats':
      case 'record':
        this.#askers[command.kind].push(tab);
        this.#engine?.send(command);
        break;
      case 'reconnectAll':
      case 'fault':
        this.#engine?.send(command);
    }
  }

  #begin(tab: HubTab, command: Extract<Command, { kind: 'subscribe' | 'openChannel' }>): void {
    if (tab.ids.has(command.id)) return;
    this.#lastId += 1;
    const id = this.#lastId;
    tab.ids.set(command.id, id);
    if (command.kind === 'subscribe') tab.subscriptions.add(command.id);
    this.#owners.set(id, { tab, id: command.id });
    this.#engine?.send({ ...command, id });
  }

  #dropIfThere(tab: HubTab, id: number): void {
    const core = tab.ids.get(id);
    if (core !== undefined) this.#drop(tab, id, core);
  }

  #drop(tab: HubTab, id: number, core: number): void {
    const isSubscription = tab.subscriptions.delete(id);
    tab.ids.delete(id);
    this.#owners.delete(core);
    this.#engine?.send({ kind: isSubscription ? 'unsubscribe' : 'closeChannel', id: core });
  }

  #push(tab: HubTab, command: Extract<Command, { kind: 'push' }>): void {
    this.#lastPush += 1;
    const id = this.#lastPush;
    // A handle that was closed is unknown to the core, which says so.
    const channel = tab.ids.get(command.channel) ?? 0;
    if (command.everyMs === null) this.#pushes.set(id, { tab, id: command.id });
    this.#engine?.send({ ...command, id, channel });
  }

  #notify(tab: HubTab, event: LifecycleEvent): void {
    this.#evidence.note(tab.page, event);
    this.#mergePages();
    if (event === 'networkchange' || event === 'tick') this.#engine?.send({ kind: 'notify', event });
    // The others may have slept as well.
    else if (event === 'resume') this.#engine?.send({ kind: 'notify', event: 'tick' });
  }

  #mergePages(): void {
    for (const event of this.#evidence.merge([...this.#tabs].map(({ page }) => page))) {
      this.#engine?.send({ kind: 'notify', event });
    }
  }

  readonly #receive = (batch: Batch): void => {
    this.#lists.push(...batch.columnLists);
    const control = batch.control ?? {};
    this.#splitControl(control);
    for (const delivery of batch.deliveries) this.#splitDelivery(delivery);
    if (!this.#isTogether || batch.deliveries.length > 0) this.#flush();
    // Only now: it may bring the next batch.
    if (control.tokenRequest !== undefined) this.#tokens.wanted(control.tokenRequest.request);
    for (const request of control.rpcUnwanted ?? []) this.#rpc.unwanted(request);
    for (const request of control.rpcWanted ?? []) this.#rpc.wanted(request);
  };

  #flush(): void {
    for (const tab of [...this.#tabs]) {
      tab.flush(this.#lists, this.#counters);
      if (!tab.isFull) continue;
      tab.post({ cut: true });
      this.remove(tab);
    }
  }

  #splitControl(control: ControlMessage): void {
    if (control.status !== undefined) this.#splitStatus(control.status);
    this.#eachOwned(control.notices, 'subscription', (tab, notice) => {
      tab.add('notices', notice);
    });
    this.#eachOwned(control.gaps, 'subscription', (tab, gap) => {
      tab.add('gaps', gap);
    });
    for (const name of ['polls', 'flushed'] as const) {
      for (const core of control[name] ?? []) {
        const owner = this.#owners.get(core);
        owner?.tab.add(name, owner.id);
      }
    }
    for (const result of control.pushes ?? []) {
      const owner = this.#pushes.get(result.id);
      this.#pushes.delete(result.id);
      owner?.tab.add('pushes', { ...result, id: owner.id });
    }
    for (const gap of control.channelGaps ?? []) {
      for (const [tab, channels] of this.#sharesOf(gap.channels)) tab.add('channelGaps', { ...gap, channels });
    }
    if (control.stats !== undefined) {
      const tabs = this.#stats();
      for (const tab of this.#askers.stats.splice(0)) {
        tab.set('stats', control.stats);
        tab.set('tabs', tabs);
      }
    }
    if (control.recording !== undefined) {
      for (const tab of this.#askers.record.splice(0)) tab.set('recording', control.recording);
    }
    for (const line of control.logs ?? []) this.#log(line);
  }

  #stats(): TabsStats {
    const tabs = [...this.#tabs];
    const subscriptions = tabs.reduce((sum, tab) => sum + tab.subscriptions.size, 0);
    const visible = tabs.filter(({ page: { hidden, frozen } }) => !hidden && !frozen).length;
    return { count: tabs.length, visible, subscriptions, channels: this.#owners.size - subscriptions };
  }

  #log(line: LogLine): void {
    const redacted = { ...line, message: this.#redactor.redact(line.message) };
    for (const tab of this.#tabs) if (tab.hears(line.level)) tab.add('logs', redacted);
  }

  #splitStatus(status: StatusDelta): void {
    this.#counters = { ...this.#counters, ...status.counters };
    for (const connection of status.connections ?? []) {
      this.#connections.set(connection.id, connection);
      for (const tab of this.#tabs) tab.addStatus('connections', connection);
    }
    for (const id of status.removedConnections ?? []) {
      this.#connections.delete(id);
      for (const tab of this.#tabs) tab.addStatus('removedConnections', id);
    }
    this.#eachOwned(status.subscriptions, 'id', (tab, delta) => {
      tab.addStatus('subscriptions', delta);
    });
    this.#eachOwned(status.channels, 'id', (tab, delta) => {
      tab.addStatus('channels', delta);
    });
    for (const name of ['refused', 'refusedChannels'] as const) {
      for (const core of status[name] ?? []) {
        const owner = this.#owners.get(core);
        owner?.tab.addStatus(name, owner.id);
      }
    }
  }

  /** Each item with its tab, and with the tab's id in the place of the core's. */
  #eachOwned<Key extends string, T extends Readonly<Record<Key, number>>>(
    items: readonly T[] | undefined,
    key: Key,
    call: (tab: HubTab, item: T) => void,
  ): void {
    for (const item of items ?? []) {
      const owner = this.#owners.get(item[key]);
      if (owner !== undefined) call(owner.tab, { ...item, [key]: owner.id });
    }
  }

  #splitDelivery(delivery: Delivery): void {
    if (delivery.kind === 'broadcast') {
      const payload = ownCopy(delivery.payload);
      for (const [tab, channels] of this.#sharesOf(delivery.channels))
        tab.addDelivery({ ...delivery, channels, payload });
    } else if (delivery.kind === 'presence') {
      for (const [tab, channels] of this.#sharesOf(delivery.channels)) tab.addDelivery({ ...delivery, channels });
    } else {
      for (const [tab, subscribers] of this.#sharesOf(delivery.subscribers)) {
        tab.addDelivery({ ...delivery, subscribers });
      }
    }
  }

  /** Most deliveries go to the same subscribers as the one before, which is then the same array. One that has ended since is unknown to its tab. */
  #sharesOf(cores: readonly number[]): Shares {
    if (this.#shares?.of === cores) return this.#shares.shares;
    const shares = new Map<HubTab, number[]>();
    for (const core of cores) {
      const owner = this.#owners.get(core);
      if (owner === undefined) continue;
      const share = shares.get(owner.tab);
      if (share === undefined) shares.set(owner.tab, [owner.id]);
      else share.push(owner.id);
    }
    this.#shares = { of: cores, shares };
    return shares;
  }

  #stop(): void {
    if (this.#end.signal.aborted) return;
    this.#end.abort();
    this.#tokens.end();
    this.#fetches.end();
    this.#onEnd();
    void this.#engine?.dispose();
  }
}

/** Bytes may be a part of a larger buffer, all of which each message would take along. */
function ownCopy(payload: BroadcastDelivery['payload']): BroadcastDelivery['payload'] {
  return typeof payload === 'string' ? payload : payload.slice();
}

function failureOf(error: unknown): Failure {
  const {
    code = '',
    option = '',
    message = String(error),
  } = error as { code?: string; option?: string; message?: string };
  return { code, option, message };
}
