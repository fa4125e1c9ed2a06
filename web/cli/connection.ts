import { readFile } from 'node:fs/promises';
import { createManager } from '../core/manager/createRealtimeManager.js';
import type { ReasonCode, TablesOption } from '../core/index.js';
import type { Manager } from '../core/manager/manager.js';
import { handshakeFailure, reportingSocket } from './causes.js';
import { keyProblem } from './keyShape.js';
import { restCalls } from './restCalls.js';

/** How to connect. */
export interface ConnectionOptions {
  url: string;
  apikey: string;
  /** Read whenever an access token is needed; null: the api key's rights. */
  tokenFile: string | null;
  /** How often the pulse beats, in ms; null: it is not listened to. */
  pulseMs: number | null;
  /** Those whose changes are numbered. */
  tables?: TablesOption;
  /** A recording with frames is wanted. */
  isRecorded?: boolean;
}

export interface Reason {
  code: ReasonCode;
  message: string;
}

const FAILED_HANDSHAKES: ReadonlySet<ReasonCode> = new Set([
  ...(['CONNECT_FAILED', 'CONNECT_TIMEOUT', 'API_KEY_INVALID', 'API_KEY_EXPIRED'] as const),
]);
/** Handshakes that were refused for the key, or may have been. */
const REFUSED_KEY: ReadonlySet<string> = new Set(['HTTP 401', 'HTTP 403']);

/** For minutes of much, and for hours of little. */
const RECORDED_BYTES = 16_777_216;

/** The core waits longer with such a key, because it can't see what else is wrong. */
const UNUSABLE_KEY = 'The api key has expired or is of no known kind, so the next tries are 15 s and more apart';

/** A manager that knows what the network says of its failed connections. */
export class Connection {
  readonly manager: Manager;
  /** Why the newest socket failed. */
  #cause: string | null = null;

  /**
   * @param log gets the manager's warnings and errors.
   * @throws SwitchboardError for options that can't work.
   */
  constructor(
    { url, apikey, tokenFile, pulseMs, tables = {}, isRecorded = false }: ConnectionOptions,
    log: (message: string) => void,
  ) {
    const problem = keyProblem(apikey);
    // A gateway of one's own may take keys of other kinds.
    if (problem !== null) log(`switchboard-realtime: the api key ${problem}.`);
    const transport = reportingSocket((cause) => {
      this.#cause = cause;
    });
    const token = tokenFile === null ? null : () => readToken(tokenFile);
    this.manager = createManager({
      ...{ url, apikey, transport, logger: { warn: log, error: log } },
      ...(isRecorded ? { recorder: { frames: true, bytes: RECORDED_BYTES } } : {}),
      ...(token === null ? {} : { accessToken: token }),
      ...(pulseMs === null ? {} : { pulse: { periodMs: pulseMs } }),
      ...(Object.keys(tables).length === 0
        ? {}
        : { tables, rpc: restCalls(url, apikey, async () => token?.() ?? null) }),
    });
  }

  /** Whether the server answered to the newest socket that failed that the key is not good enough. */
  get isKeyRefused(): boolean {
    return this.#cause !== null && REFUSED_KEY.has(this.#cause);
  }

  /** What the core says of a failed connection, corrected by the network's report, which the core does not get. */
  explained(reason: Reason): Reason {
    const cause = this.#cause;
    if (cause === null || !FAILED_HANDSHAKES.has(reason.code)) return reason;
    const isOfKey = reason.code.startsWith('API_KEY');
    if (isOfKey && REFUSED_KEY.has(cause)) return { ...reason, message: `${reason.message} (${cause})` };
    return {
      code: reason.code === 'CONNECT_TIMEOUT' ? reason.code : 'CONNECT_FAILED',
      message: `${handshakeFailure(cause)}${isOfKey ? `. ${UNUSABLE_KEY}` : ''}`,
    };
  }

  /** Texts that say why these are not live, each once, without full stops. */
  reasons(reported: readonly Reason[]): string {
    const texts = reported
      .filter(({ code }) => code !== 'OK' && code !== 'CONNECTING')
      .map((reason) => this.explained(reason))
      .map(({ code, message }) => (message === '' ? code : message.replace(/\.$/u, '')));
    return [...new Set(texts)].join('; ');
  }
}

/** @throws when the file can't be read, or is empty as it is while somebody writes it: that is not "no token". */
async function readToken(file: string): Promise<string> {
  const token = (await readFile(file, 'utf8')).trim();
  if (token === '') throw new Error(`the file ${file} is empty`);
  return token;
}
