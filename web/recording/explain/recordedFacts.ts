import type { ReasonCode } from '../../core/index.js';
import type { Recording, RecordingEntry, StateEntry } from '../entries.js';
import type { Facts, SocketFacts, SubjectFacts, TokenOfFacts } from './facts.js';

type Of<Kind extends RecordingEntry['kind']> = Extract<RecordingEntry, { kind: Kind }>;

/** What was so at the end of a recording, as far as it tells. */
export function recordedFacts(recording: Recording): Facts {
  const reader = new FactsReader(recording.startedAt);
  for (const entry of recording.entries) reader.add(entry);
  return reader.facts(recording.startedAt + recording.takenAtMs);
}

interface Outcome {
  readonly state: string;
  readonly code: ReasonCode;
  readonly message: string;
  readonly since: number;
}

class FactsReader {
  readonly #startedAt: number;
  readonly #abouts = new Map<number, Of<'command'>>();
  /** By subscription. */
  readonly #keys = new Map<number, number>();
  readonly #keyStates = new Map<number, Outcome>();
  readonly #sockets = new Map<number, Outcome>();
  /** By topic: the newest. */
  readonly #channels = new Map<string, Outcome>();
  readonly #waits = new Map<number, number>();
  #token: TokenOfFacts | null = null;

  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  add(entry: RecordingEntry): void {
    switch (entry.kind) {
      case 'command':
        this.#command(entry);
        break;
      case 'subscribed':
        this.#keys.set(entry.subscription, entry.key);
        break;
      case 'state':
        this.#state(entry);
        break;
      case 'decision':
        if (entry.what === 'wait' && entry.ms !== null) {
          this.#waits.set(entry.socket, this.#startedAt + entry.atMs + entry.ms);
        }
        break;
      case 'token':
        this.#token = { role: entry.role === '' ? null : entry.role, expiresAt: entry.expiresAt };
        break;
      default:
    }
  }

  facts(now: number): Facts {
    return {
      now,
      subjects: [...this.#abouts.values()].map((about) => this.#subject(about)),
      sockets: [...this.#sockets].map(([id, outcome]) => this.#socket(id, outcome)),
      token: this.#token,
      keyRole: null,
    };
  }

  #command(entry: Of<'command'>): void {
    const { name, id } = entry;
    if (name === 'subscribe' || name === 'openChannel') this.#abouts.set(id, entry);
    if (name === 'unsubscribe' || name === 'closeChannel') this.#abouts.delete(id);
    if (name === 'unsubscribeAll') {
      for (const [each, about] of this.#abouts) if (about.name === 'subscribe') this.#abouts.delete(each);
    }
  }

  #state(entry: StateEntry): void {
    const { of, key, socket, topic, to, reason, message, atMs } = entry;
    const code = (reason === '' ? 'OK' : reason) as ReasonCode;
    const outcome = { state: to, code, message, since: this.#startedAt + atMs };
    if (of === 'key') this.#keyStates.set(key, outcome);
    else if (of === 'socket') this.#sockets.set(socket, outcome);
    else this.#channels.set(topic, outcome);
    if (of === 'socket' && to !== 'backoff') this.#waits.delete(socket);
  }

  #subject({ name, id, about, atMs }: Of<'command'>): SubjectFacts {
    const isChannel = name === 'openChannel';
    const known = isChannel ? this.#channelOutcome(about) : this.#keyStates.get(this.#keys.get(id) ?? 0);
    const outcome = known ?? { state: 'pending', code: 'CONNECTING', message: '', since: this.#startedAt + atMs };
    return {
      ...{ kind: isChannel ? 'channel' : 'subscription', id, name: about },
      table: isChannel ? null : (about.split(' ', 1)[0] ?? null),
      filter: null,
      ...outcome,
      ...{ attempts: null, nextRetryAt: null, mode: null, fellBack: null, isPaused: false, isPrivate: false },
    };
  }

  #channelOutcome(name: string): Outcome | undefined {
    const outcome = this.#channels.get(`realtime:${name}`);
    return outcome?.state === 'joined' ? { ...outcome, state: 'live' } : outcome;
  }

  #socket(id: number, outcome: Outcome): SocketFacts {
    return { id, ...outcome, attempts: null, nextRetryAt: this.#waits.get(id) ?? null, pulse: null };
  }
}
