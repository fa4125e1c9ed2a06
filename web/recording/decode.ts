import type { FrameEntry, RecordingEntry, StateEntry } from './entries.js';
import { FRAME_FLAGS, TOKEN_FLAGS, type WireKind } from './wire.js';

/** The fields of an entry as they are in the file. Those that are absent are 0 or empty. */
export class Fields {
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #texts: ReadonlyMap<string, string>;

  constructor(numbers: ReadonlyMap<string, number>, texts: ReadonlyMap<string, string>) {
    this.#numbers = numbers;
    this.#texts = texts;
  }

  number(name: string): number {
    return this.#numbers.get(name) ?? 0;
  }

  text(name: string): string {
    return this.#texts.get(name) ?? '';
  }
}

type Decoder = (fields: Fields, atMs: number) => RecordingEntry;

const DECODERS: Record<WireKind, Decoder> = {
  command: (f, atMs) => ({
    ...{ atMs, kind: 'command', name: f.text('name'), id: f.number('id'), about: f.text('about') },
    ...given('text', f),
    ...given('payload', f),
  }),
  push: (f, atMs) => ({
    ...{ atMs, kind: 'command', name: 'push', id: f.number('id'), about: f.text('event') },
    ...given('payload', f),
  }),
  timerFired: (_, atMs) => ({ atMs, kind: 'timer', what: 'fired', ms: 0, deadline: '' }),
  timerArmed: (f, atMs) => ({ atMs, kind: 'timer', what: 'armed', ms: f.number('ms'), deadline: f.text('deadline') }),
  socketOpening: (f, atMs) => ({
    ...{ atMs, kind: 'socketOpening', socket: f.number('socket'), refused: f.number('refused') !== 0 },
  }),
  socketOpen: (f, atMs) => ({ atMs, kind: 'socketOpen', socket: f.number('socket') }),
  socketClosed: (f, atMs) => ({
    ...{ atMs, kind: 'socketClosed', socket: f.number('socket') },
    ...{ by: 'server', code: f.number('code'), reason: f.text('reason') },
  }),
  socketDropped: (f, atMs) => ({
    ...{ atMs, kind: 'socketClosed', socket: f.number('socket'), by: 'client', code: f.number('code'), reason: '' },
  }),
  frameIn: (f, atMs) => frame('frameIn', f, atMs),
  frameOut: (f, atMs) => frame('frameOut', f, atMs),
  socketState: (f, atMs) => state('socket', f, atMs),
  channelState: (f, atMs) => state('channel', f, atMs),
  keyState: (f, atMs) => state('key', f, atMs),
  topicState: (f, atMs) => state('topic', f, atMs),
  overall: (f, atMs) => ({ atMs, kind: 'overall', state: f.text('state') }),
  subscribed: (f, atMs) => ({
    ...{ atMs, kind: 'subscribed', subscription: f.number('subscription'), key: f.number('key') },
  }),
  decision: (f, atMs) => ({
    ...{ atMs, kind: 'decision', what: f.text('what'), why: f.text('why') },
    ...{ ms: f.number('msPlusOne') === 0 ? null : f.number('msPlusOne') - 1 },
    ...{ socket: f.number('socket'), topic: f.text('topic'), key: f.number('key') },
  }),
  gap: (f, atMs) => ({
    ...{ atMs, kind: 'gap', gap: f.number('gap'), key: f.number('key'), reason: f.text('reason') },
    ...{ message: f.text('message'), from: f.number('from'), commit: f.text('commit') },
  }),
  gapHealed: (f, atMs) => ({
    ...{ atMs, kind: 'gapHealed', gap: f.number('gap'), key: f.number('key'), to: f.number('to') },
  }),
  hole: (f, atMs) => ({ atMs, kind: 'hole', topic: f.text('topic'), from: f.number('from'), to: f.number('to') }),
  holeFilled: (f, atMs) => ({
    ...{ atMs, kind: 'holeFilled', topic: f.text('topic'), from: f.number('from'), to: f.number('to') },
  }),
  evidence: (f, atMs) => ({
    ...{ atMs, kind: 'evidence', what: f.text('what'), key: f.number('key'), at: f.number('time') },
  }),
  fault: (f, atMs) => ({ atMs, kind: 'fault', code: f.text('code'), message: f.text('message') }),
  clock: (f, atMs) => ({ atMs, kind: 'clock', aheadMs: f.number('aheadMs') }),
  random: (f, atMs) => ({ atMs, kind: 'random', value: hex(f.number('high')) + hex(f.number('low')) }),
  token: (f, atMs) => {
    const has = (flag: number) => (f.number('flags') & flag) !== 0;
    return {
      ...{ atMs, kind: 'token', number: f.number('number'), role: f.text('role') },
      form: has(TOKEN_FLAGS.jwt) ? 'jwt' : has(TOKEN_FLAGS.sb) ? 'sb_' : 'opaque',
      expiresAt: has(TOKEN_FLAGS.expires) ? f.number('expiresAt') : null,
      issuedAt: has(TOKEN_FLAGS.issued) ? f.number('issuedAt') : null,
    };
  },
  tokenWanted: (f, atMs) => ({ atMs, kind: 'request', what: 'token', request: f.number('request'), topic: '' }),
  rpcWanted: (f, atMs) => ({
    ...{ atMs, kind: 'request', what: 'rpc', request: f.number('request'), topic: f.text('topic') },
  }),
  log: (f, atMs) => ({ atMs, kind: 'log', level: f.text('level'), message: f.text('message') }),
  delivered: (f, atMs) => ({
    ...{ atMs, kind: 'delivered', deliveries: f.number('deliveries'), changes: f.number('changes') },
    ...{ subscribers: f.number('subscribers') },
  }),
};

/** An entry of the file as one of the union. */
export function decode(kind: WireKind, fields: Fields, atMs: number): RecordingEntry {
  return DECODERS[kind](fields, atMs);
}

function given<Name extends string>(name: Name, fields: Fields): Partial<Record<Name, string>> {
  const text = fields.text(name);
  return text === '' ? {} : ({ [name]: text } as Record<Name, string>);
}

function frame(kind: FrameEntry['kind'], f: Fields, atMs: number): FrameEntry {
  return {
    ...{ atMs, kind, socket: f.number('socket'), topic: f.text('topic'), event: f.text('event') },
    ...{ ref: f.text('ref'), bytes: f.number('bytes'), binary: (f.number('flags') & FRAME_FLAGS.binary) !== 0 },
    ...given('text', f),
  };
}

function state(of: StateEntry['of'], f: Fields, atMs: number): StateEntry {
  return {
    ...{ atMs, kind: 'state', of, socket: f.number('socket'), topic: f.text('topic'), key: f.number('key') },
    ...{ from: f.text('from'), to: f.text('to'), reason: f.text('reason'), message: f.text('message') },
  };
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
