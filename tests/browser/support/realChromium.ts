import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import WebSocket from 'ws';
import { chromiumPath, slowdown } from './chromium.js';

// Playwright pretends that each of its pages is in front and has the focus, and switches off the back/forward cache and the throttling of
// hidden pages. What depends on those needs a Chromium that is left alone.

const flags = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-port=0',
];

interface Message {
  id?: number;
  result?: unknown;
  error?: { message: string };
  method?: string;
  sessionId?: string;
}

/** What runs scripts, driven by the DevTools protocol. */
export class Target {
  constructor(
    protected readonly chromium: RealChromium,
    readonly targetId: string,
    protected readonly sessionId: string,
  ) {}

  send(method: string, params: object = {}): Promise<unknown> {
    return this.chromium.send(method, params, this.sessionId);
  }

  /** Runs a function in the page and resolves with what it returns, or what its promise resolves with. */
  async run<Argument, Result>(
    body: (argument: Argument) => Result | Promise<Result>,
    argument: Argument,
  ): Promise<Result> {
    const expression = `(${String(body)})(${JSON.stringify(argument)})`;
    const { result, exceptionDetails } = (await this.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    })) as { result: { value: Result }; exceptionDetails?: { exception?: { description?: string } } };
    if (exceptionDetails !== undefined)
      throw new Error(exceptionDetails.exception?.description ?? 'it threw in the page');
    return result.value;
  }

  /** As at a breakpoint, until `Debugger.resume`. */
  async stopInDebugger(): Promise<void> {
    await this.send('Debugger.enable');
    const stopped = this.chromium.event('Debugger.paused', this.sessionId);
    await this.send('Runtime.evaluate', { expression: 'setTimeout(() => { debugger; })' });
    await stopped;
  }

  /** Until `Runtime.terminateExecution`, or for ever. */
  async loopEndlessly(): Promise<void> {
    await this.send('Runtime.evaluate', { expression: 'setTimeout(() => { for (;;); })' });
  }
}

/** A tab. */
export class Tab extends Target {
  async navigate(url: string): Promise<void> {
    const loaded = this.chromium.event('Page.loadEventFired', this.sessionId);
    await this.send('Page.navigate', { url });
    await loaded;
  }

  /** Goes one step back in the history; resolves when the browser has got there. */
  async back(): Promise<void> {
    const history = (await this.send('Page.getNavigationHistory')) as {
      currentIndex: number;
      entries: { id: number }[];
    };
    const arrived = this.chromium.event('Page.frameNavigated', this.sessionId);
    await this.send('Page.navigateToHistoryEntry', { entryId: history.entries[history.currentIndex - 1]?.id });
    await arrived;
  }

  /** As if the network cable were out, as far as the browser can see. */
  async setOffline(offline: boolean): Promise<void> {
    await this.send('Network.emulateNetworkConditions', {
      offline,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: -1,
    });
  }

  /** Freezes the page, as browsers do with tabs that were hidden for long: nothing runs until it is active again. */
  async setFrozen(frozen: boolean): Promise<void> {
    await this.send('Page.setWebLifecycleState', { state: frozen ? 'frozen' : 'active' });
  }

  async close(): Promise<void> {
    await this.chromium.send('Target.closeTarget', { targetId: this.targetId });
  }

  /** In front of all other tabs, which are hidden then. */
  async show(): Promise<void> {
    await this.chromium.send('Target.activateTarget', { targetId: this.targetId });
  }
}

/** A Chromium of its own, with a profile of its own. */
export class RealChromium {
  #lastId = 0;
  readonly #events = new EventEmitter();
  readonly #waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();

  private constructor(
    private readonly socket: WebSocket,
    readonly close: () => Promise<void>,
  ) {
    socket.on('message', (data: Buffer) => {
      const { id, result, error, method, sessionId } = JSON.parse(data.toString()) as Message;
      if (method !== undefined) this.#events.emit(`${sessionId ?? ''} ${method}`);
      const waiter = id === undefined ? undefined : this.#waiting.get(id);
      if (id === undefined || waiter === undefined) return;
      this.#waiting.delete(id);
      if (error === undefined) waiter.resolve(result);
      else waiter.reject(new Error(error.message));
    });
  }

  static async launch(moreFlags: readonly string[] = []): Promise<RealChromium> {
    const profile = await mkdtemp(join(tmpdir(), 'switchboard-chromium-'));
    const child = spawn(chromiumPath(), [...flags, ...moreFlags, `--user-data-dir=${profile}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    const address = await new Promise<string>((resolve, reject) => {
      child.stderr.on('data', (text: Buffer) => {
        said += text.toString();
        const url = /ws:\/\/\S+/u.exec(said)?.[0];
        if (url !== undefined) resolve(url);
      });
      child.once('error', reject);
      child.once('exit', () => {
        reject(new Error(`Chromium ended at once: ${said}`));
      });
    });
    const socket = new WebSocket(address, { perMessageDeflate: false });
    await once(socket, 'open');
    return new RealChromium(socket, async () => {
      const gone = once(child, 'close');
      socket.terminate();
      child.kill();
      await gone;
      await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    });
  }

  send(method: string, params: object = {}, sessionId?: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = (this.#lastId += 1);
      this.#waiting.set(id, { resolve, reject });
      this.socket.send(JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) }));
    });
  }

  /** Resolves when this event comes from the session. */
  async event(method: string, sessionId: string): Promise<void> {
    await once(this.#events, `${sessionId} ${method}`);
  }

  /** Resolves when the page has loaded, modules included. */
  async open(url: string): Promise<Tab> {
    const { targetId } = (await this.send('Target.createTarget', { url: 'about:blank' })) as { targetId: string };
    const tab = new Tab(this, targetId, await this.#attach(targetId));
    await tab.send('Page.enable');
    if (slowdown > 1) await tab.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    await tab.navigate(url);
    return tab;
  }

  /** The only one there is. */
  async sharedWorker(): Promise<Target> {
    const { targetInfos } = (await this.send('Target.getTargets')) as {
      targetInfos: { type: string; targetId: string }[];
    };
    const [worker, ...others] = targetInfos.filter(({ type }) => type === 'shared_worker');
    if (worker === undefined || others.length > 0) throw new Error('there is not one SharedWorker');
    return new Target(this, worker.targetId, await this.#attach(worker.targetId));
  }

  async #attach(targetId: string): Promise<string> {
    const attached = await this.send('Target.attachToTarget', { targetId, flatten: true });
    return (attached as { sessionId: string }).sessionId;
  }
}
