import { readFile } from 'node:fs/promises';
import { createManager } from '../../core/manager/createRealtimeManager.js';
import type { ConnectionStatus, ReasonCode, StatusSnapshot } from '../../core/index.js';
import type { Manager } from '../../core/manager/manager.js';
import { handshakeFailure, reportingSocket } from '../causes.js';
import { EXIT } from '../exitCodes.js';
import { Hints } from './hints.js';
import type { ListenOutput } from './listenOutput.js';
import { changeLine, gapLine } from './outputLines.js';
import type { ListenOptions, TableOptions } from './listenOptions.js';
import { DroppedChanges } from './droppedChanges.js';

/**
 * Listens until `stop` fires, the output is closed, `--count` changes are printed, or tables are not live in time. Everything it opened is closed
 * when the promise settles.
 *
 * @returns the exit code.
 * @throws SwitchboardError for options that can't work, before anything is opened.
 */
export async function listen(options: ListenOptions, output: ListenOutput, stop: AbortSignal): Promise<number> {
  const log = (message: string): void => {
    output.log(message);
  };
  const { tokenFile, pulseMs } = options;
  const failure: { cause: string | null } = { cause: null };
  const manager = createManager({
    url: options.url,
    apikey: options.apikey,
    logger: { warn: log, error: log },
    transport: reportingSocket((cause) => {
      failure.cause = cause;
    }),
    ...(tokenFile === null ? {} : { accessToken: () => readToken(tokenFile) }),
    ...(pulseMs === null ? {} : { pulse: { periodMs: pulseMs } }),
  });
  try {
    return await new Listening(manager, options, output, failure).until(stop);
  } finally {
    await manager.dispose();
  }
}

/** @throws when the file can't be read, or is empty as it is while somebody writes it: that is not "no token". */
async function readToken(file: string): Promise<string> {
  const token = (await readFile(file, 'utf8')).trim();
  if (token === '') throw new Error(`the file ${file} is empty`);
  return token;
}

interface Reason {
  code: ReasonCode;
  message: string;
}

const FAILED_HANDSHAKES: ReadonlySet<ReasonCode> = new Set([
  ...(['CONNECT_FAILED', 'CONNECT_TIMEOUT', 'API_KEY_INVALID', 'API_KEY_EXPIRED'] as const),
]);
/** Handshakes that were refused for the key, or may have been. */
const REFUSED_KEY: ReadonlySet<string> = new Set(['HTTP 401', 'HTTP 403']);

/** The core waits longer with such a key, because it can't see what else is wrong. */
const UNUSABLE_KEY = 'The api key has expired or is of no known kind, so the next tries are 15 s and more apart';

/** One run of `listen`, from its subscriptions to the reason why it ends. */
class Listening {
  readonly #manager: Manager;
  readonly #options: ListenOptions;
  readonly #output: ListenOutput;
  /** Why the newest socket failed. */
  readonly #failure: { readonly cause: string | null };
  readonly #wereLive = new Set<number>();
  readonly #hints: Hints | null;
  readonly #dropped: DroppedChanges;
  #printed = 0;
  #connections: readonly ConnectionStatus[] = [];

  constructor(manager: Manager, options: ListenOptions, output: ListenOutput, failure: { cause: string | null }) {
    this.#manager = manager;
    this.#options = options;
    this.#output = output;
    this.#failure = failure;
    this.#hints = options.db === null ? null : new Hints(options.db, options, output);
    this.#dropped = new DroppedChanges(output);
  }

  async until(stop: AbortSignal): Promise<number> {
    let timer: NodeJS.Timeout | undefined;
    const code = await new Promise<number>((end) => {
      this.#manager.onStatusChange((status) => {
        this.#printConnections(status);
      });
      this.#manager.onGap((gap) => {
        this.#output.line(gapLine(new Date(), gap));
      });
      this.#output.stdout.onClosed(() => {
        end(EXIT.ok);
      });
      this.#subscribe(() => {
        end(this.#refused() ? EXIT.partly : EXIT.ok);
      });
      const { timeoutMs } = this.#options;
      if (timeoutMs !== null)
        timer = setTimeout(() => {
          this.#giveUp(timeoutMs, end);
        }, timeoutMs);
      const interrupt = (): void => {
        end(stop.reason as number);
      };
      if (stop.aborted) interrupt();
      else stop.addEventListener('abort', interrupt, { once: true });
    });
    clearTimeout(timer);
    if (!stop.aborted) await this.#hints?.done();
    return code;
  }

  #subscribe(enough: () => void): void {
    for (const spec of this.#options.subscriptions) {
      const id = this.#manager.subscribeText(
        spec,
        (text) => {
          if (this.#options.count !== null && this.#printed >= this.#options.count) return;
          if (this.#dropped.drops(id)) return;
          this.#output.line(changeLine(new Date(), id, text));
          this.#printed += 1;
          if (this.#printed === this.#options.count) enough();
        },
        (status, reported) => {
          if (status === 'SUBSCRIBED') this.#wereLive.add(id);
          const { code, message } = this.#explained(reported);
          this.#output.line({ type: 'status', at: new Date().toISOString(), subscription: id, status, code, message });
          if (code === 'BAD_BINDING' || code === 'UNAUTHORIZED') this.#giveHint(id, spec);
        },
      );
    }
  }

  #giveHint(id: number, spec: TableOptions): void {
    if (this.#hints !== null) {
      this.#hints.print(id, spec);
      return;
    }
    const name = `${spec.schema ?? 'public'}.${spec.table}`;
    this.#output.log(
      `switchboard-realtime: #${id} ${name} was refused. To see why, give the database's url: switchboard-realtime doctor --db postgres://… --tables ${name}`,
    );
  }

  #printConnections({ connections }: StatusSnapshot): void {
    const before = new Map(this.#connections.map((connection) => [connection.id, connection.state]));
    this.#connections = connections;
    for (const connection of connections) {
      const { id, state, nextRetryAt: next } = connection;
      if (before.get(id) === state) continue;
      const { code, message } = this.#explained(connection);
      const nextRetryAt = next === null ? null : new Date(next).toISOString();
      this.#output.line({
        ...{ type: 'connection', at: new Date().toISOString(), state, connection: id },
        ...{ code, message, nextRetryAt },
      });
    }
  }

  /** What the core says of a failed connection, corrected by the network's report, which the core does not get. */
  #explained(reason: Reason): Reason {
    const { cause } = this.#failure;
    if (cause === null || !FAILED_HANDSHAKES.has(reason.code)) return reason;
    const isOfKey = reason.code.startsWith('API_KEY');
    if (isOfKey && REFUSED_KEY.has(cause)) return { ...reason, message: `${reason.message} (${cause})` };
    return {
      code: reason.code === 'CONNECT_TIMEOUT' ? reason.code : 'CONNECT_FAILED',
      message: `${handshakeFailure(cause)}${isOfKey ? `. ${UNUSABLE_KEY}` : ''}`,
    };
  }

  #refused(): boolean {
    return this.#manager.status().subscriptions.some(({ state }) => state === 'parked');
  }

  #giveUp(timeoutMs: number, end: (code: number) => void): void {
    const { connections, subscriptions } = this.#manager.status();
    const late = subscriptions.filter(({ id }) => !this.#wereLive.has(id));
    if (late.length === 0) return;
    const none = late.length === subscriptions.length;
    const reasons = [...connections, ...late]
      .filter(({ code }) => code !== 'OK' && code !== 'CONNECTING')
      .map((reported) => this.#explained(reported))
      .map(({ code, message }) => (message === '' ? code : message.replace(/\.$/u, '')));
    const names = late.map(({ id, schema, table }) => `#${id} ${schema}.${table}`).join(', ');
    const what = `${none ? 'no table was' : `${names}: not`} live within ${timeoutMs / 1_000} s`;
    this.#output.log(`switchboard-realtime: ${[what, [...new Set(reasons)].join('; ')].filter(Boolean).join(': ')}`);
    end(none ? EXIT.unreachable : EXIT.partly);
  }
}
