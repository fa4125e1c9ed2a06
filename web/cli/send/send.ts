import { SwitchboardError, type Channel, type ReasonCode } from '../../core/index.js';
import { causeOf } from '../causes.js';
import { Connection } from '../connection.js';
import { EXIT } from '../exitCodes.js';
import { PayloadError, readPayload } from './payload.js';
import type { SendOptions } from './sendOptions.js';
import type { Outcome, SentLine } from './sentLine.js';

/** Where `send` writes and reads. */
export interface SendOutput {
  line(line: SentLine): void;
  /** For people; never a token or key. */
  log(message: string): void;
  /** Begins to read standard input. */
  lines(): AsyncIterable<string>;
}

/** Nothing can be sent with the key. */
const KEY_REFUSED = 'API_KEY_INVALID' satisfies ReasonCode;

/** What became of one broadcast. */
type Result = Pick<SentLine, 'outcome' | 'code' | 'message'>;

/** How many are on their way at once, over a socket; over HTTP one by one, which alone keeps their order. */
const MAX_UNDER_WAY = 20;

/**
 * Sends what there is to send, until all is sent or the channel is refused. Everything it opened is closed when the promise settles.
 *
 * @returns the exit code.
 * @throws SwitchboardError for options that can't work.
 */
export async function send(options: SendOptions, output: SendOutput): Promise<number> {
  const connection = new Connection({ ...options, pulseMs: null }, (message) => {
    output.log(message);
  });
  try {
    return await new Sending(
      options,
      output,
      options.rest ? viaRest(connection, options) : viaChannel(connection, options),
    ).run();
  } finally {
    await connection.manager.dispose();
  }
}

interface Way {
  /** Never rejects but for a mistake in the call. */
  send(value: unknown): Promise<Result>;
  readonly maxUnderWay: number;
  /** Nothing more can be sent. */
  isRefused(): boolean;
}

class Sending {
  readonly #options: SendOptions;
  readonly #output: SendOutput;
  readonly #way: Way;
  readonly #underWay = new Set<Promise<void>>();
  readonly #outcomes = new Set<Outcome>();
  /** In the call; it would be the same for all. */
  #mistake: unknown = null;

  constructor(options: SendOptions, output: SendOutput, way: Way) {
    this.#options = options;
    this.#output = output;
    this.#way = way;
  }

  async run(): Promise<number> {
    const { payload } = this.#options;
    if (payload !== null) this.#start(1, payload.value);
    const isReadable = payload !== null || (await this.#sendLines());
    await Promise.all(this.#underWay);
    if (this.#mistake !== null) throw this.#mistake as Error;
    return isReadable ? exitCodeOf(this.#outcomes) : EXIT.usage;
  }

  /** False at a line that can't be sent. */
  async #sendLines(): Promise<boolean> {
    let line = 0;
    for await (const text of this.#output.lines()) {
      line += 1;
      if (text.trim() === '') continue;
      if (this.#way.isRefused() || this.#mistake !== null) return true;
      try {
        this.#start(line, readPayload(text));
      } catch (error) {
        if (!(error instanceof PayloadError)) throw error;
        this.#output.log(`switchboard-realtime: line ${line} ${error.message}. Nothing after it was sent.`);
        return false;
      }
      while (this.#underWay.size >= this.#way.maxUnderWay) await Promise.race(this.#underWay);
    }
    return true;
  }

  #start(line: number, value: unknown): void {
    const task = this.#way
      .send(value)
      .then(
        (result) => {
          this.#report(line, result);
        },
        (error: unknown) => {
          this.#mistake ??= error;
        },
      )
      .finally(() => this.#underWay.delete(task));
    this.#underWay.add(task);
  }

  #report(line: number, result: Result): void {
    const { channel, event } = this.#options;
    this.#outcomes.add(result.outcome);
    this.#output.line({ type: 'sent', at: new Date().toISOString(), line, channel, event, ...result });
  }
}

function exitCodeOf(outcomes: ReadonlySet<Outcome>): number {
  if (outcomes.has('refused') || outcomes.has('unacknowledged')) return EXIT.partly;
  return outcomes.has('unreachable') ? EXIT.unreachable : EXIT.ok;
}

/** @throws what is no failure to send but a mistake in the call. */
function codeOf(error: unknown): SwitchboardError {
  if (error instanceof SwitchboardError && /^(?:SEND_|PAYLOAD_|CHANNEL_)/u.test(error.code)) return error;
  throw error;
}

function viaRest({ manager }: Connection, options: SendOptions): Way {
  const { channel, event, private: isPrivate, timeoutMs } = options;
  return {
    maxUnderWay: 1,
    isRefused: () => false,
    async send(value) {
      try {
        await manager.broadcast(channel, event, value, { private: isPrivate, timeoutMs });
        return { outcome: 'acknowledged', code: 'OK', message: '' };
      } catch (failure) {
        const error = codeOf(failure);
        const isLost = error.code === 'SEND_LOST' || error.code === 'SEND_TIMED_OUT';
        const cause = error.cause === undefined ? '' : ` (${causeOf(error.cause)})`;
        return { outcome: isLost ? 'unreachable' : 'refused', code: error.code, message: `${error.message}${cause}` };
      }
    },
  };
}

function viaChannel(connection: Connection, options: SendOptions): Way {
  const { manager } = connection;
  const channel = manager.channel(options.channel, { private: options.private });
  let refusal: Result | null = null;
  const refused = new Promise<Result>((resolve) => {
    channel.onStatus(({ state, code, message }) => {
      if (state !== 'parked') return;
      refusal = { outcome: 'refused', code, message };
      resolve(refusal);
    });
  });
  return {
    maxUnderWay: MAX_UNDER_WAY,
    isRefused: () => refusal !== null,
    async send(value) {
      const result = await Promise.race([sendOn(channel, value, connection, options), refused]);
      if (result.code === KEY_REFUSED) refusal ??= result;
      return result;
    },
  };
}

async function sendOn(
  channel: Channel,
  value: unknown,
  connection: Connection,
  { event, ack, timeoutMs }: SendOptions,
): Promise<Result> {
  try {
    await channel.send(event, value, { ack, timeoutMs });
    return { outcome: ack ? 'acknowledged' : 'sent', code: 'OK', message: '' };
  } catch (failure) {
    const { code, message } = codeOf(failure);
    if (code === 'SEND_LOST') return { outcome: 'unreachable', code, message };
    if (code !== 'SEND_TIMED_OUT') return { outcome: 'refused', code, message };
    if (ack && channel.status().state === 'live') return { outcome: 'unacknowledged', code, message };
    const { connections } = connection.manager.status();
    const reasons = connection.reasons([...connections, channel.status()]);
    const why = reasons === '' ? 'the channel was not joined in time' : reasons;
    if (connection.isKeyRefused)
      return { outcome: 'refused', code: KEY_REFUSED, message: `The key was refused: ${why}` };
    return { outcome: 'unreachable', code, message: `Not sent within ${timeoutMs / 1_000} s: ${why}` };
  }
}
