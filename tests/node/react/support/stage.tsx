import { act, StrictMode, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { vi } from 'vitest';
import { type QueryClientLike, type RealtimeProviderProps, RealtimeProvider } from 'switchboard-realtime/react';
import type { ManagerOptions } from 'switchboard-realtime';
import { Bench, subscriptionDelta, turn, type ScriptedEngine } from '../../support/scriptedEngine.js';

// A loaded machine may take its time.
vi.setConfig({ testTimeout: 60_000 });

/** What a provider gets besides the manager. */
export type Setup = Pick<RealtimeProviderProps, 'queryClient' | 'toaster'>;

/** A page over a manager whose engine says what the test makes it say. */
export class Stage {
  readonly bench: Bench;
  readonly host = document.createElement('div');
  readonly setup: Setup;
  readonly #root: Root;

  constructor(setup: Setup = {}, options: Partial<ManagerOptions> = {}) {
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
    this.bench = new Bench({ resyncJitterMs: 0, ...options });
    this.setup = setup;
    document.body.append(this.host);
    this.#root = createRoot(this.host);
  }

  get engine(): ScriptedEngine {
    return this.bench.engine;
  }

  get text(): string {
    return this.host.textContent;
  }

  /** The commands that the engine got, from the nth on. */
  commands(from = 0): readonly string[] {
    return this.bench.engines.flatMap(({ commands }) => commands).slice(from);
  }

  /** Renders under the provider and lets effects and callbacks run. */
  async render(children: ReactNode, strict = false): Promise<void> {
    const tree = (
      <RealtimeProvider manager={this.bench.manager} {...this.setup}>
        {children}
      </RealtimeProvider>
    );
    await this.renderBare(strict ? <StrictMode>{tree}</StrictMode> : tree);
  }

  async renderBare(tree: ReactNode): Promise<void> {
    await this.say(() => {
      this.#root.render(tree);
    });
  }

  /** Something happens; React and the callbacks that come of it have run afterwards. */
  async say(what: () => void): Promise<void> {
    await act(async () => {
      what();
      await turn();
    });
  }

  /** Resolves when it holds what `check` expects; rejects with its complaint when that takes too long. */
  async until(check: () => void): Promise<void> {
    const giveUpAt = Date.now() + 30_000;
    for (;;) {
      try {
        check();
        return;
      } catch (complaint) {
        if (Date.now() > giveUpAt) throw complaint;
        await act(() => new Promise((resolve) => setTimeout(resolve, 5)));
      }
    }
  }

  /** The engine opens. */
  async open(): Promise<void> {
    await act(() => this.bench.open());
  }

  /** These subscriptions are live, and their subscribers notified. */
  async live(...ids: number[]): Promise<void> {
    await this.say(() => {
      this.engine.control({
        status: { overall: 'live', subscriptions: ids.map((id) => subscriptionDelta(id)) },
        notices: ids.map((subscription) => ({
          subscription,
          status: 'SUBSCRIBED',
          code: 'OK',
          message: '',
          retryable: true,
          nextRetryAt: null,
        })),
      });
    });
  }

  /** A gap of these subscriptions opens and is over. */
  async gap(...ids: number[]): Promise<void> {
    const common = { code: 'CONNECTION_LOST', message: 'closed', fromCommit: null, from: 1 } as const;
    await this.say(() => {
      this.engine.control({ gaps: ids.map((subscription) => ({ ...common, id: 1, subscription, to: null })) });
      this.engine.control({ gaps: ids.map((subscription) => ({ ...common, id: 1, subscription, to: 2 })) });
    });
  }

  async close(): Promise<void> {
    await this.say(() => {
      this.#root.unmount();
    });
    await this.bench.manager.dispose();
    this.host.remove();
    vi.unstubAllGlobals();
  }
}

/** A query client that notes what it is asked for. */
export class RecordingClient implements QueryClientLike {
  readonly calls: string[] = [];
  /** What the next calls come to. */
  outcome: () => Promise<void> = () => Promise.resolve();

  readonly invalidateQueries: QueryClientLike['invalidateQueries'] = ({ queryKey, predicate }, options) => {
    const more = `${predicate === undefined ? '' : ' older'}${options?.throwOnError === true ? ' awaited' : ''}`;
    this.calls.push(`${JSON.stringify(queryKey)}${more}`);
    return this.outcome();
  };

  /** What came since the last call. */
  take(): readonly string[] {
    return this.calls.splice(0);
  }
}
