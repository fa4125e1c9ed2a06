import type { Recording, RecordingEntry } from '../../recording/index.js';
import { sentenceOf, type Sentence } from './sentences.js';

/** A time in which something was in one state. */
export interface Span {
  readonly from: number;
  /** Infinity: until now. */
  readonly to: number;
  readonly state: string;
  readonly reason: string;
  readonly message: string;
}

/** A time in which changes may have been missed. */
export interface GapSpan {
  readonly from: number;
  /** Infinity: it has not healed. */
  readonly to: number;
  readonly reason: string;
}

export interface Mark extends Sentence {
  readonly at: number;
}

/** One row of the timeline: a socket, a channel on a socket, a key, or the manager. Times in ms since the core began. */
export interface Lane {
  readonly id: string;
  readonly kind: 'manager' | 'socket' | 'channel' | 'key';
  readonly name: string;
  readonly spans: readonly Span[];
  readonly gaps: readonly GapSpan[];
  readonly marks: readonly Mark[];
  /** When frames came, ascending. */
  readonly framesIn: readonly number[];
  readonly framesOut: readonly number[];
}

interface Draft {
  readonly id: string;
  readonly kind: Lane['kind'];
  name: string;
  spans: Span[];
  gaps: (GapSpan & { readonly gap: number })[];
  marks: Mark[];
  framesIn: number[];
  framesOut: number[];
}

const ORDER: readonly Lane['kind'][] = ['manager', 'socket', 'key', 'channel'];

/** The rows that a recording fills: the manager, sockets, keys, channels. */
export function lanesOf(recording: Recording): readonly Lane[] {
  const builder = new LaneBuilder();
  for (const entry of recording.entries) builder.add(entry);
  return builder.lanes();
}

class LaneBuilder {
  readonly #drafts = new Map<string, Draft>();
  /** What a subscription is to, by subscription; then the name of its key. */
  readonly #abouts = new Map<number, string>();

  add(entry: RecordingEntry): void {
    switch (entry.kind) {
      case 'frameIn':
      case 'frameOut':
        this.#frame(entry);
        break;
      case 'state':
        this.#state(entry);
        break;
      case 'gap': {
        const { gap, key, reason, atMs } = entry;
        this.#key(key).gaps.push({ gap, from: atMs, to: Infinity, reason });
        break;
      }
      case 'gapHealed': {
        const lane = this.#key(entry.key);
        lane.gaps = lane.gaps.map((each) => (each.gap === entry.gap ? { ...each, to: entry.atMs } : each));
        break;
      }
      case 'subscribed':
        this.#key(entry.key).name = this.#abouts.get(entry.subscription) ?? `key ${entry.key}`;
        break;
      default:
        this.#mark(entry);
    }
  }

  lanes(): readonly Lane[] {
    return [...this.#drafts.values()].sort(
      (a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || a.id.localeCompare(b.id, 'en', { numeric: true }),
    );
  }

  #frame({ kind, socket, topic, atMs }: Extract<RecordingEntry, { kind: 'frameIn' | 'frameOut' }>): void {
    const lanes = [this.#lane(`socket ${socket}`, 'socket')];
    if (topic !== '' && topic !== 'phoenix') lanes.push(this.#lane(`${topic} on ${socket}`, 'channel'));
    for (const lane of lanes) (kind === 'frameIn' ? lane.framesIn : lane.framesOut).push(atMs);
  }

  #state(entry: Extract<RecordingEntry, { kind: 'state' }>): void {
    const lane = this.#laneOf(entry);
    const { atMs, from, to, reason, message } = entry;
    const last = lane.spans.pop();
    if (last !== undefined) lane.spans.push({ ...last, to: atMs });
    // The recording begins in the middle of it.
    else if (from !== '') lane.spans.push({ from: 0, to: atMs, state: from, reason: '', message: '' });
    lane.spans.push({ from: atMs, to: Infinity, state: to, reason, message });
  }

  #mark(entry: RecordingEntry): void {
    if (entry.kind === 'command' && entry.name === 'subscribe') this.#abouts.set(entry.id, entry.about);
    const sentence = sentenceOf(entry);
    if (sentence === null) return;
    this.#laneOf(entry).marks.push({ at: entry.atMs, ...sentence });
  }

  #laneOf(entry: RecordingEntry): Draft {
    const { socket = 0, topic = '', key = 0 } = entry as { socket?: number; topic?: string; key?: number };
    if (key > 0) return this.#key(key);
    if (topic !== '' && socket > 0) return this.#lane(`${topic} on ${socket}`, 'channel');
    return socket > 0 ? this.#lane(`socket ${socket}`, 'socket') : this.#lane('manager', 'manager');
  }

  #key(key: number): Draft {
    return this.#lane(`key ${key}`, 'key');
  }

  #lane(id: string, kind: Lane['kind']): Draft {
    const found = this.#drafts.get(id);
    if (found !== undefined) return found;
    const name = id.replace(/^realtime:/u, '');
    const draft: Draft = { id, kind, name, spans: [], gaps: [], marks: [], framesIn: [], framesOut: [] };
    this.#drafts.set(id, draft);
    return draft;
  }
}
