import { expect } from 'vitest';

import { Normaliser } from './normalise.js';
import { RawClient, type RawFrame } from './rawClient.js';
import { readTranscript, type Line, type Version } from './transcript.js';
import type { TokenForge } from './tokenForge.js';

export interface ReplayContext {
  /** Lines from the current one on. */
  upcoming: readonly Line[];
  version: Version;
  clients: ReadonlyMap<string, RawClient>;
}

export interface Replay {
  scenario: string;
  version: Version;
  /** `ws://host:port`. */
  origin: string;
  forge: TokenForge;
  /** Done at notes, by the note's whole text. */
  onNote?: Record<string, (context: ReplayContext) => Promise<void> | void>;
  /** Done in place of recorded HTTP requests, in order; each gives status and body. */
  http?: readonly (() => Promise<{ status: number; body: string }>)[];
  /** Lines to leave out: where the recording shows a race or something this server does otherwise on purpose. */
  skip?: (line: Line) => boolean;
  /** Frames to ignore when they come. */
  ignore?: (frame: string) => boolean;
  /** What ended the frame that was recorded without its end. */
  tail?: string;
  /** Resolves when all that is under way has been delivered. */
  settle?: () => Promise<void>;
}

/** How far back a replay of messages reaches. */
const REPLAYED_MS = 60_000;

/** Sends what the recorded client sent and expects, frame for frame, what the recorded server sent. */
export async function replay(options: Replay): Promise<void> {
  await new Replayer(options).run();
}

class Replayer {
  readonly #options: Replay;
  readonly #lines: Line[];
  readonly #clients = new Map<string, RawClient>();
  readonly #expected = new Map<string, Normaliser>();
  readonly #actual = new Map<string, Normaliser>();
  readonly #expectedIds = new Normaliser();
  readonly #actualIds = new Normaliser();
  #isEnding = false;
  #httpCount = 0;

  constructor(options: Replay) {
    this.#options = options;
    const lines = readTranscript(options.scenario, options.version);
    this.#lines = lines.filter((line) => options.skip?.(line) !== true);
    options.forge.startRecording(lines);
  }

  async run(): Promise<void> {
    for (const [i, line] of this.#lines.entries()) {
      try {
        await this.#step(line, this.#lines.slice(i));
      } catch (error) {
        throw new Error(`at ${line.t} ${line.c ?? ''} ${line.dir} ${(line.text ?? line.b64 ?? '').slice(0, 300)}`, {
          cause: error,
        });
      }
    }
    for (const client of this.#clients.values()) client.socket.terminate();
  }

  /** Nothing may have come that the recording does not have. */
  async #expectNothingLeft(): Promise<void> {
    await this.#options.settle?.();
    for (const [name, client] of this.#clients) {
      if (client.socket.readyState !== client.socket.OPEN) continue;
      const rest = client.pending.filter((frame) => !this.#isIgnored(frame));
      expect(rest.map(String), `frames left on ${name}`).toEqual([]);
    }
  }

  async #step(line: Line, upcoming: readonly Line[]): Promise<void> {
    switch (line.dir) {
      case 'note':
        await this.#note(line, upcoming);
        return;
      case 'connect':
        await this.#connect(line, upcoming);
        return;
      case 'http':
        await this.#http(line);
        return;
      case 'open':
        await this.#client(line).opened;
        return;
      case 'out':
        this.#client(line).send(await this.#outgoing(line));
        return;
      case 'in':
        this.#compare(line, await this.#incoming(line));
        return;
      case 'pong':
        await new Promise((resolve) => {
          this.#client(line).socket.once('pong', resolve).ping('hi');
        });
        return;
      case 'close':
        expect((await this.#client(line).closed).code).toBe(line.code);
        return;
      case 'upgrade':
      case 'ping':
      case 'error':
    }
  }

  async #note(line: Line, upcoming: readonly Line[]): Promise<void> {
    const text = (line.text ?? '').trim();
    if (line.c !== undefined && text.startsWith('client close')) {
      if (!this.#isEnding && upcoming.every(isGoodbye)) {
        this.#isEnding = true;
        await this.#expectNothingLeft();
      }
      void this.#client(line).close();
    } else if (line.c !== undefined && text.startsWith('client drops')) this.#client(line).socket.terminate();
    const { version } = this.#options;
    await this.#options.onNote?.[text]?.({ upcoming, version, clients: this.#clients });
  }

  async #connect(line: Line, upcoming: readonly Line[]): Promise<void> {
    const name = line.c ?? '';
    const url = (await this.#options.forge.fill(line.text ?? '', line)).replace(/^ws:\/\/[^/]+/, this.#options.origin);
    const headers: Record<string, string> = {};
    for (const [key, value] of Object.entries(line.headers ?? {}))
      headers[key] = await this.#options.forge.fill(value, line);
    const client = new RawClient(url, headers);
    this.#clients.set(name, client);
    this.#expected.set(name, new Normaliser());
    this.#actual.set(name, new Normaliser());
    const answer = upcoming.find((other) => other.c === name && (other.dir === 'open' || other.dir === 'http'));
    if (answer?.dir === 'open') await client.opened;
  }

  async #http(line: Line): Promise<void> {
    if (line.c !== undefined) {
      const { status, body } = await this.#client(line).refused;
      expect({ status, body }).toEqual({ status: line.status, body: line.text });
      return;
    }
    const request = this.#options.http?.[this.#httpCount++];
    if (request === undefined) throw new Error('no request for this line');
    const { status, body } = await request();
    expect({ status, body }).toEqual({ status: line.status, body: line.text });
  }

  async #outgoing(line: Line): Promise<RawFrame> {
    if (line.b64 !== undefined) return Buffer.from(line.b64, 'base64');
    const filled = await this.#options.forge.fill(line.text ?? '', line);
    const text = filled.replace(/"since":\d+/, `"since":${Date.now() - REPLAYED_MS}`);
    if (line.text !== text || line.len === undefined) return text;
    const missing = line.len - Buffer.byteLength(text.replace(/…$/, ''));
    if (missing <= 0) return text;
    // A long run of one letter was cut out of the recording, or all from there on.
    if (!text.endsWith('…')) return text.replace(/x{64}/, (run) => run + 'x'.repeat(missing));
    const tail = line.text.startsWith('x') ? '' : (this.#options.tail ?? '');
    return text.slice(0, -1) + 'x'.repeat(missing - tail.length) + tail;
  }

  async #incoming(line: Line): Promise<RawFrame> {
    for (;;) {
      const frame = await this.#client(line).next();
      if (!this.#isIgnored(frame)) return frame;
    }
  }

  #isIgnored(frame: RawFrame): boolean {
    const text = frame.toString();
    return text.includes('"table":"marker"') || this.#options.ignore?.(text) === true;
  }

  #compare(line: Line, frame: RawFrame): void {
    const name = line.c ?? '';
    const isBinary = line.b64 !== undefined;
    expect(Buffer.isBuffer(frame)).toBe(isBinary);
    const recorded = isBinary ? Buffer.from(line.b64 ?? '', 'base64').toString('latin1') : (line.text ?? '');
    const got = Buffer.isBuffer(frame) ? frame.toString('latin1') : frame;
    const normalise = (text: string, own: Normaliser | undefined, ids: Normaliser): string =>
      own?.apply(ids.applyIds(text)) ?? text;
    expectSame(
      normalise(got, this.#actual.get(name), this.#actualIds),
      normalise(recorded, this.#expected.get(name), this.#expectedIds),
    );
  }

  #client(line: Line): RawClient {
    const client = this.#clients.get(line.c ?? '');
    if (client === undefined) throw new Error(`no connection ${line.c ?? ''}`);
    return client;
  }
}

function isGoodbye({ dir, text = '' }: Line): boolean {
  return dir === 'close' || (dir === 'note' && text.startsWith('client close'));
}

/** Frames can be long, so only the surroundings of the first difference are shown. */
function expectSame(got: string, recorded: string): void {
  if (got === recorded) return;
  let at = 0;
  while (got[at] === recorded[at]) at += 1;
  const around = (text: string): string => `…${text.slice(Math.max(0, at - 120), at + 200)}…`;
  expect(around(got)).toBe(around(recorded));
}
