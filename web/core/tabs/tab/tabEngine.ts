import type { ReasonCode } from '../../api/reasons.js';
import type { TabsStatus } from '../../api/status.js';
import { retryDelay } from '../../base/backoff.js';
import type {
  Batch,
  Command,
  ControlMessage,
  Delivery,
  Engine,
  EngineOptions,
  EngineSink,
  FetchCommand,
  LifecycleEvent,
  PushCommand,
  StatusDelta,
} from '../../engine/engine.js';
import { Interruptions } from './interruptions.js';
import type { Line, LineEvents } from './line.js';
import { OpenRequests } from './openRequests.js';
import { Presence } from './presence.js';
import { ownerOf } from '../wire/user.js';
import { Verdict } from './verdict.js';
import { WaitingPushes } from './waitingPushes.js';
import { Wants } from './wants.js';

/** A line, and what carries it. */
export interface Connected {
  readonly line: Line;
  readonly tabs: TabsStatus;
}

/** Finds a line to the core of a user. */
export type Connect = (user: string, events: LineEvents, signal: AbortSignal) => Promise<Connected>;

type TokenAnswer = Extract<Command, { kind: 'provideToken' | 'failToken' }>;
type RpcAnswer = Extract<Command, { kind: 'rpcAnswer' | 'rpcFailed' }>;

/**
 * The engine of a tab that shares a core with others: passes commands to whatever line there is, and takes the next one when that is lost. The loss is
 * an interruption for everything that was live.
 */
export class TabEngine implements Engine {
  readonly #options: EngineOptions;
  readonly #sink: EngineSink;
  readonly #connect: Connect;
  readonly #newestToken: () => Promise<string>;
  readonly #wants = new Wants();
  readonly #interruptions = new Interruptions(this.#wants);
  readonly #presence = new Presence((delivery) => {
    if (!this.#ended) this.#sink({ control: null, columnLists: [], deliveries: [delivery] });
  });
  readonly #verdict: Verdict;
  readonly #waiting: WaitingPushes;
  readonly #tokenRequests = new OpenRequests();
  readonly #rpcRequests = new OpenRequests();
  /** Requests of `wantFetch` without an answer. */
  readonly #fetches = new Set<number>();
  #line: Line | null = null;
  /** Of the present line, or of the attempt to get one. */
  #current = new AbortController();
  #user: string;
  /** The page is in the back/forward cache. */
  #isAway = false;
  #ended = false;
  #heardAt = Date.now();
  #isRecordingWanted = false;

  constructor(
    options: EngineOptions,
    user: string,
    connect: Connect,
    sink: EngineSink,
    newestToken: () => Promise<string>,
  ) {
    this.#newestToken = newestToken;
    this.#options = options;
    this.#user = user;
    this.#connect = connect;
    this.#sink = sink;
    this.#verdict = new Verdict(options.tuning['statusSettleMs'], () => {
      this.#say({ status: this.#verdict.current });
    });
    this.#waiting = new WaitingPushes((id, outcome, message) => {
      this.#say({ pushes: [{ id, outcome, message }] });
    });
  }

  /** The first line. @throws when there is none. */
  async open(signal: AbortSignal): Promise<void> {
    const abort = (): void => {
      void this.dispose();
    };
    signal.addEventListener('abort', abort);
    try {
      await this.#attach();
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  send(command: Command): void {
    if (this.#ended) return;
    switch (command.kind) {
      case 'notify':
        this.#notify(command.event);
        break;
      case 'provideToken':
      case 'failToken':
        this.#answerToken(command);
        break;
      case 'rpcAnswer':
      case 'rpcFailed':
        this.#answerRpc(command);
        break;
      case 'push':
        this.#push(command);
        break;
      case 'wantFetch':
      case 'fetchDone':
      case 'fetchFailed':
        this.#shareFetch(command);
        break;
      case 'flush':
        this.#flush(command);
        break;
      case 'record':
        this.#record(command);
        break;
      default:
        this.#wants.note(command);
        this.#line?.send(command);
        this.#follow(command);
    }
  }

  get sharesFetches(): boolean {
    return this.#line?.isShared === true;
  }

  dispose(): Promise<void> {
    this.#ended = true;
    this.#current.abort();
    this.#line?.close();
    this.#line = null;
    this.#verdict.stop();
    this.#presence.endAll();
    this.#waiting.clear();
    return Promise.resolve();
  }

  #follow(command: Command): void {
    const { kind } = command;
    if (kind === 'subscribe' || kind === 'openChannel') this.#verdict.begin(command.id);
    else if (kind === 'unsubscribe') this.#verdict.end(command.id);
    else if (kind === 'closeChannel') {
      this.#verdict.end(command.id);
      this.#presence.end(command.id);
    } else if (kind === 'unsubscribeAll') this.#verdict.keepOnly(this.#wants.channels);
    else return;
    this.#verdict.follow();
    this.#say({ status: this.#verdict.current });
  }

  #push(command: PushCommand): void {
    if (this.#line === null) {
      this.#waiting.add(command);
      return;
    }
    this.#wants.note(command);
    this.#line.send(command);
  }

  #shareFetch(command: FetchCommand): void {
    const { request } = command;
    if (this.#line?.isShared !== true) {
      if (command.kind === 'wantFetch') this.#say({ fetchDue: [request] });
      return;
    }
    if (command.kind === 'wantFetch') this.#fetches.add(request);
    else this.#fetches.delete(request);
    if (command.kind === 'fetchDone') void this.#giveRows(command, this.#line);
    else this.#line.send(command);
  }

  /** Unless somebody else has signed in meanwhile, which the core may not know yet. */
  async #giveRows(done: Extract<FetchCommand, { kind: 'fetchDone' }>, line: Line): Promise<void> {
    const user = await this.#newestToken().then(
      (token) => ownerOf(token, this.#options.apikey).user,
      () => null,
    );
    if (this.#line !== line) return;
    line.send(user === this.#user ? done : { kind: 'fetchFailed', request: done.request });
  }

  /** Without a line nothing is held. */
  #flush(command: Extract<Command, { kind: 'flush' }>): void {
    if (this.#line === null) {
      this.#say({ flushed: [command.id] });
      return;
    }
    this.#wants.note(command);
    this.#line.send(command);
  }

  /** The hub's. Without a line there is none, which is said at once, also to whoever waits as a line is lost. */
  #record(command: Extract<Command, { kind: 'record' }>): void {
    if (this.#line === null) {
      this.#say({ recording: new Uint8Array() });
      return;
    }
    this.#isRecordingWanted = true;
    this.#line.send(command);
  }

  #notify(event: LifecycleEvent): void {
    this.#wants.note({ kind: 'notify', event });
    if (event === 'pageshow' && this.#isAway) {
      this.#isAway = false;
      void this.#attachAgain();
    } else if (event === 'pagehide' && this.#line?.isShared !== false) {
      // With a port or a lock the page could not rest in the back/forward cache.
      this.#isAway = true;
      this.#lose('SUSPENDED', 'The page is in the back/forward cache.');
    } else if (event !== 'pagehide' && event !== 'pageshow') {
      this.#line?.send({ kind: 'notify', event });
    } else if (this.#line?.isShared === false) {
      this.#line.send({ kind: 'notify', event });
    }
    if (event === 'visible' || event === 'resume' || event === 'online') this.#line?.check();
  }

  #answerToken(answer: TokenAnswer): void {
    const request = answer.request === 0 ? 0 : this.#tokenRequests.take(answer.request);
    if (answer.kind === 'provideToken') {
      if (answer.request === 0) this.#wants.token = answer.token;
      const { user } = ownerOf(answer.token, this.#options.apikey);
      const isOther = user !== this.#user;
      this.#user = user;
      if (isOther && this.#line?.isShared !== false) {
        this.#lose('USER_RECONNECT', 'Another user has signed in, or nobody is signed in any more.');
        void this.#attachAgain();
        return;
      }
    }
    if (request !== null) this.#line?.send({ ...answer, request });
  }

  #answerRpc(answer: RpcAnswer): void {
    const request = this.#rpcRequests.take(answer.request);
    if (request !== null) this.#line?.send({ ...answer, request });
  }

  async #attach(): Promise<void> {
    this.#current.abort();
    const current = new AbortController();
    this.#current = current;
    const receive = (batch: Batch): void => {
      if (!current.signal.aborted) this.#receive(batch);
    };
    let early: Batch[] | null = null;
    const events: LineEvents = {
      batch: (batch) => {
        if (early === null) receive(batch);
        else early.push(batch);
      },
      lost: (code, message) => {
        if (current.signal.aborted) return;
        this.#lose(code, message);
        void this.#attachAgain();
      },
    };
    const { line, tabs } = await this.#connect(this.#user, events, current.signal);
    if (current.signal.aborted) {
      line.close();
      return;
    }
    this.#line = line;
    this.#heardAt = Date.now();
    this.#say({ status: { tabs } });
    // A core in this realm answers at once, and callbacks may change what is wanted. They run when all of it has been sent.
    early = [];
    for (const command of this.#wants.replay((rows) => this.#interruptions.specOf(rows))) line.send(command);
    for (const command of this.#waiting.take()) this.#push(command);
    for (const batch of early) receive(batch);
    early = null;
  }

  /** Until there is a line, or nobody wants it any more. */
  async #attachAgain(): Promise<void> {
    for (let failures = 0; !this.#ended && !this.#isAway; failures += 1) {
      const attempt = this.#attach();
      const { signal } = this.#current;
      try {
        await attempt;
        return;
      } catch (error) {
        if (signal.aborted || !(await this.#wait(failures, error, signal))) return;
      }
    }
  }

  /** Until the next attempt. False: there is none, because `signal` has fired. */
  #wait(failures: number, error: unknown, signal: AbortSignal): Promise<boolean> {
    const delay = retryDelay(failures);
    const message = error instanceof Error ? error.message : String(error);
    const nextRetryAt = Math.round(Date.now() + delay);
    const why = { code: 'LOAD_FAILED', message, retryable: true, attempts: failures + 1, nextRetryAt } as const;
    const state = { ...why, state: 'retrying', since: Date.now() } as const;
    const status: StatusDelta = {
      subscriptions: [...this.#wants.rows.keys()].map((id) => ({ ...state, id, mode: 'paused' })),
      channels: [...this.#wants.channels.keys()].map((id) => ({ ...state, id })),
    };
    this.#verdict.note(status);
    this.#verdict.follow();
    this.#say({ status: { ...status, ...this.#verdict.current }, logs: [{ level: 'error', message }] });
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delay, true);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve(false);
      });
    });
  }

  #lose(code: ReasonCode, message: string): void {
    this.#current.abort();
    this.#line?.close();
    this.#line = null;
    const control = this.#interruptions.lose(code, message, this.#heardAt);
    this.#interruptions.restart();
    this.#presence.interrupt();
    const removedConnections = this.#verdict.connections;
    this.#verdict.interrupt();
    this.#verdict.follow();
    this.#tokenRequests.clear();
    const rpcUnwanted = this.#rpcRequests.clear();
    // Nobody else knows of them any more.
    const fetchDue = [...this.#fetches];
    this.#fetches.clear();
    const recording = this.#isRecordingWanted ? { recording: new Uint8Array() } : {};
    this.#isRecordingWanted = false;
    this.#sink({
      control: {
        ...control,
        ...recording,
        status: { ...control.status, removedConnections, ...this.#verdict.current },
        rpcUnwanted,
        fetchDue,
      },
      restart: true,
      columnLists: [],
      deliveries: [],
    });
  }

  #receive(batch: Batch): void {
    const control = batch.control === null ? null : this.#note(batch.control);
    this.#heardAt = Date.now();
    const deliveries = this.#presence.note(batch.deliveries);
    for (const delivery of deliveries) this.#remember(delivery);
    this.#sink({ ...batch, control, deliveries });
  }

  #note(given: ControlMessage): ControlMessage {
    const control = { ...this.#interruptions.note(given, this.#heardAt) };
    if (control.status !== undefined) {
      this.#verdict.note(control.status);
      this.#verdict.follow();
      control.status = { ...control.status, ...this.#verdict.current };
    }
    if (control.recording !== undefined) this.#isRecordingWanted = false;
    for (const id of control.flushed ?? []) this.#wants.flushed(id);
    for (const { id } of control.pushes ?? []) this.#wants.pushes.delete(id);
    for (const request of control.fetchDue ?? []) this.#fetches.delete(request);
    for (const { request } of control.fetched ?? []) this.#fetches.delete(request);
    if (control.tokenRequest !== undefined) {
      control.tokenRequest = { request: this.#tokenRequests.add(control.tokenRequest.request) };
    }
    if (control.rpcUnwanted !== undefined) {
      control.rpcUnwanted = control.rpcUnwanted.flatMap((request) => this.#rpcRequests.drop(request));
    }
    if (control.rpcWanted !== undefined) {
      control.rpcWanted = control.rpcWanted.map((each) => ({ ...each, request: this.#rpcRequests.add(each.request) }));
    }
    return control;
  }

  #remember(delivery: Delivery): void {
    if (delivery.kind === 'broadcast' || delivery.kind === 'presence') return;
    for (const id of delivery.subscribers) {
      const rows = this.#wants.rows.get(id);
      if (rows !== undefined) rows.last = delivery;
    }
  }

  #say(control: ControlMessage): void {
    if (!this.#ended) this.#sink({ control, columnLists: [], deliveries: [] });
  }
}
