import type { InspectedSubscription, Inspection } from '../api/realtimeManager.js';
import { tokenFacts } from '../auth/tokenFacts.js';
import type { CheckedOptions } from '../checks/managerOptions.js';
import type { EngineOptions } from '../engine/engine.js';
import type { Subscription } from '../subscriptions/subscription.js';
import type { Session, SessionParts } from './session.js';

/** What `inspect()` returns where there is no manager. */
export const NO_INSPECTION: Inspection = Object.freeze({
  ...{ disposed: true, madeAt: 0, endpoint: '', countedSince: 0, apikey: null, token: null, tokenSource: 'none' },
  bounds: Object.freeze({ maxSockets: null, maxChannelsPerSocket: null, joinsPerSecond: null, sendsPerSecond: null }),
  subscriptions: Object.freeze([]),
  channels: Object.freeze([]),
  sent: Object.freeze({ broadcasts: 0, presence: 0 }),
} as const);

/** Reads what a manager keeps, for `inspect()`. */
export class Inspector {
  readonly #options: CheckedOptions;
  readonly #parts: SessionParts;
  readonly #session: Session;
  readonly #madeAt = Date.now();

  constructor(options: CheckedOptions, parts: SessionParts, session: Session) {
    this.#options = options;
    this.#parts = parts;
    this.#session = session;
  }

  read(disposed: boolean): Inspection {
    const { subscriptions, channels, callbacks } = this.#parts;
    const { engine } = this.#options;
    const { current, source } = this.#session.token;
    return {
      disposed,
      madeAt: this.#madeAt,
      endpoint: engine.url,
      countedSince: callbacks.work.start(),
      apikey: tokenFacts(engine.apikey),
      token: current === '' ? null : tokenFacts(current),
      tokenSource: source,
      bounds: boundsOf(engine),
      subscriptions: [...subscriptions.values()].map((each) => this.#subscription(each)),
      channels: channels.inspect(),
      sent: channels.sent,
    };
  }

  #subscription({ id, spec, since, newest }: Subscription): InspectedSubscription {
    const { pauses, callbacks } = this.#parts;
    return {
      id,
      select: spec.select ?? null,
      delivery: spec.delivery?.mode ?? 'each',
      via: spec.via ?? null,
      paused: pauses.isPaused(id),
      madeAt: since,
      newestCommit: newest?.commit_timestamp ?? null,
      ...callbacks.work.of(id),
    };
  }
}

function boundsOf({ tuning }: EngineOptions): Inspection['bounds'] {
  const of = (name: string): number | null => tuning[name] ?? null;
  return {
    maxSockets: of('maxSockets'),
    maxChannelsPerSocket: of('maxChannelsPerSocket'),
    joinsPerSecond: of('joinsPerSecond'),
    sendsPerSecond: of('sendsPerSecond'),
  };
}
