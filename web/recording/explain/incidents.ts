import type { Recording, RecordingEntry } from '../entries.js';
import { meaningOf } from './remedies.js';
import type { Remedy } from './remedy.js';
import { duration } from './times.js';

/** A time in which something that was live, or was to become so, was not; with what caused it. */
export interface Incident {
  /** Unix ms. */
  readonly from: number;
  /** Unix ms; null: it is not over at the end of the recording. */
  readonly to: number | null;
  /** The first reason that was given: of the socket where that fell first, else of the first key or channel. */
  readonly code: string;
  /** In sentences, in the order in which it happened. */
  readonly story: readonly string[];
  readonly wayOut: readonly Remedy[];
}

/** What belongs together: nothing else is wrong for so long. */
const APART_MS = 1_000;
const QUIET: ReadonlySet<string> = new Set(['', 'OK', 'CONNECTING', 'UNSUBSCRIBED']);
const SETTLED: ReadonlySet<string> = new Set(['live', 'open', 'joined', 'closed', 'idle']);

/** What went wrong in a recording, also where all is well at its end, the oldest first. */
export function incidentsOf({ entries, startedAt }: Recording): readonly Incident[] {
  const found: Draft[] = [];
  let current = null as Draft | null;
  for (const entry of entries) {
    if (current?.isOver(entry.atMs) === true) current = null;
    const sentence = troubleOf(entry);
    if (current === null && sentence !== null) {
      current = new Draft(entry.atMs);
      found.push(current);
    }
    current?.add(entry, sentence);
  }
  return found.map((draft) => draft.incident(startedAt));
}

/** An incident that is being read. */
class Draft {
  readonly #from: number;
  #to: number;
  #code = '';
  readonly #story: string[] = [];
  /** What is not well again: sockets, channels and keys by name. */
  readonly #open = new Set<string>();

  constructor(from: number) {
    this.#from = from;
    this.#to = from;
  }

  isOver(at: number): boolean {
    return this.#open.size === 0 && at - this.#to > APART_MS;
  }

  add(entry: RecordingEntry, trouble: string | null): void {
    if (entry.kind === 'state') this.#follow(entry);
    if (trouble !== null) this.#say(entry, trouble);
    else if (entry.kind === 'gapHealed') this.#tell(entry.atMs, `The gap of key ${entry.key} is over.`);
    else if (entry.kind === 'holeFilled') this.#tell(entry.atMs, `Numbers ${entry.from} to ${entry.to} were fetched.`);
    else if (entry.kind === 'decision' && entry.what !== 'join') this.#tell(entry.atMs, decisionText(entry));
  }

  incident(startedAt: number): Incident {
    const isOver = this.#open.size === 0;
    return {
      from: startedAt + this.#from,
      to: isOver ? startedAt + this.#to : null,
      code: this.#code,
      story:
        isOver && this.#to > this.#from
          ? [...this.#story, `All was well again after ${duration(this.#to - this.#from)}.`]
          : this.#story,
      wayOut: meaningOf(this.#code).remedies(null, { now: 0, subjects: [], sockets: [], token: null, keyRole: null }),
    };
  }

  #follow({ of, socket, topic, key, to, reason, atMs }: Extract<RecordingEntry, { kind: 'state' }>): void {
    const name = `${of} ${of === 'key' ? key : of === 'socket' ? socket : topic}`;
    if (SETTLED.has(to)) {
      if (this.#open.delete(name)) this.#to = atMs;
    } else if (of !== 'channel' && !QUIET.has(reason)) this.#open.add(name);
  }

  #say(entry: RecordingEntry, trouble: string): void {
    const code = codeOf(entry);
    if (this.#code === '') this.#code = code;
    this.#to = Math.max(this.#to, entry.atMs);
    this.#tell(entry.atMs, trouble);
  }

  #tell(at: number, sentence: string): void {
    const text = `${at - this.#from === 0 ? '' : `${duration(at - this.#from)} later: `}${sentence}`;
    if (this.#story[this.#story.length - 1] !== text) this.#story.push(text);
  }
}

/** The reason code that it names; empty: none. */
function codeOf(entry: RecordingEntry): string {
  if (entry.kind === 'fault') return entry.code;
  return entry.kind === 'state' || entry.kind === 'gap' ? entry.reason : '';
}

/** What is wrong, in a sentence; null: nothing. */
function troubleOf(entry: RecordingEntry): string | null {
  switch (entry.kind) {
    case 'socketClosed':
      if (entry.by === 'client') return null;
      return `Socket ${entry.socket} was closed or lost (${entry.code}${entry.reason === '' ? '' : `, ${entry.reason}`}).`;
    case 'state': {
      const { of, socket, topic, key, to, reason, message } = entry;
      if (QUIET.has(reason) || SETTLED.has(to)) return null;
      const what = of === 'socket' ? `Socket ${socket}` : of === 'key' ? `Key ${key}` : `The channel ${topic}`;
      return `${what} is ${to}: ${meaningOf(reason).means} (${reason}).${message === '' ? '' : ` “${message}”`}`;
    }
    case 'gap':
      return `Changes of key ${entry.key} may be missing: ${meaningOf(entry.reason).means} (${entry.reason}).`;
    case 'hole':
      return `Numbers ${entry.from} to ${entry.to} of ${entry.topic} are missing.`;
    case 'fault':
      return `Reported by the manager: ${entry.code}. “${entry.message}”`;
    default:
      return null;
  }
}

function decisionText({ what, why, ms }: Extract<RecordingEntry, { kind: 'decision' }>): string {
  return `The manager decides: ${what}${ms === null ? '' : ` ${duration(ms)}`}${why === '' ? '' : ` (${why})`}.`;
}
