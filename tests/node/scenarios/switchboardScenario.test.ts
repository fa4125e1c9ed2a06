import { createRealtimeManager, type ChangePayload, type RealtimeManager } from 'switchboard-realtime';
import { describeScenario, type ScenarioChange, type ScenarioClient, type ScenarioSpec } from './scenario.js';

const HEARTBEAT_MS = 50;

/** Switchboard behind the scenario's adapter. */
class SwitchboardClient implements ScenarioClient {
  readonly #manager: RealtimeManager;

  constructor(url: string, apikey: string) {
    this.#manager = createRealtimeManager({ url, apikey, heartbeatIdleMs: HEARTBEAT_MS });
  }

  subscribe(spec: ScenarioSpec, onChange: (change: ScenarioChange) => void): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const id = this.#manager.subscribe(
        spec,
        (payload) => {
          onChange(toScenarioChange(payload));
        },
        (status, { message, retryable }) => {
          if (status === 'SUBSCRIBED') {
            resolve(() => {
              this.#manager.unsubscribe(id);
            });
          } else if (!retryable) {
            reject(new Error(message));
          }
        },
      );
    });
  }

  setToken(token: string): void {
    this.#manager.setAuth(token);
  }

  async heartbeat(): Promise<void> {
    // A heartbeat that is answered as fast as the one before is not reported; only the counters show it.
    const { framesOut } = this.#manager.stats().counters;
    const framesIn = await this.#after(({ counters }) => counters.framesOut > framesOut);
    await this.#after(({ counters }) => counters.framesIn > framesIn);
  }

  close(): Promise<void> {
    return this.#manager.dispose();
  }

  /** Frames received when the counters first fit. */
  async #after(fits: (stats: ReturnType<RealtimeManager['stats']>) => boolean): Promise<number> {
    for (;;) {
      const stats = this.#manager.stats();
      if (fits(stats)) return stats.counters.framesIn;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

function toScenarioChange(payload: ChangePayload): ScenarioChange {
  return {
    type: payload.eventType,
    table: payload.table,
    newRow: payload.new,
    oldRow: payload.old,
    commitTimestamp: payload.commit_timestamp,
  };
}

describeScenario({
  name: 'Switchboard',
  hasBroadcast: false,
  connect: ({ realtime, anonKey }) => new SwitchboardClient(realtime, anonKey),
});
