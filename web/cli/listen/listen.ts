import type { ConnectionStatus, StatusSnapshot, SubscriptionStatus } from '../../core/index.js';
import { Connection } from '../connection.js';
import { EXIT } from '../exitCodes.js';
import { openRecording } from './recordingFile.js';
import { Hints } from './hints.js';
import type { ListenOutput } from './listenOutput.js';
import { changeLine, gapLine } from './outputLines.js';
import type { ListenOptions, TableOptions } from './listenOptions.js';
import { Events } from './events.js';
import { ListenedChannels } from './listenedChannels.js';

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
  const recordTo = options.record === null ? null : await openRecording(options.record);
  const connection = new Connection({ ...options, isRecorded: recordTo !== null }, log);
  try {
    const code = await new Listening(connection, options, output).until(stop);
    if (recordTo !== null) await recordTo(connection.manager, log);
    return code;
  } finally {
    await connection.manager.dispose();
  }
}

/** One run of `listen`, from its subscriptions to the reason why it ends. */
class Listening {
  readonly #connection: Connection;
  readonly #options: ListenOptions;
  readonly #output: ListenOutput;
  readonly #wereLive = new Set<number>();
  readonly #hints: Hints | null;
  readonly #events: Events;
  readonly #channels: ListenedChannels;
  #connections: readonly ConnectionStatus[] = [];

  constructor(connection: Connection, options: ListenOptions, output: ListenOutput) {
    this.#connection = connection;
    this.#options = options;
    this.#output = output;
    this.#hints = options.db === null ? null : new Hints(options.db, options, output);
    this.#events = new Events(output, options.count);
    const parts = { output, events: this.#events, hints: this.#hints };
    this.#channels = new ListenedChannels(connection, options, parts);
  }

  async until(stop: AbortSignal): Promise<number> {
    let timer: NodeJS.Timeout | undefined;
    const code = await new Promise<number>((end) => {
      this.#connection.manager.onStatusChange((status) => {
        this.#printConnections(status);
      });
      this.#connection.manager.onGap((gap) => {
        this.#output.line(gapLine(new Date(), gap));
      });
      this.#output.stdout.onClosed(() => {
        end(EXIT.ok);
      });
      this.#events.onEnough(() => {
        end(this.#refused() ? EXIT.partly : EXIT.ok);
      });
      this.#subscribe();
      this.#channels.open();
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

  #subscribe(): void {
    for (const spec of this.#options.subscriptions) {
      const id = this.#connection.manager.subscribeText(
        spec,
        (text) => {
          this.#events.print(id, () => changeLine(new Date(), id, text));
        },
        (status, reported) => {
          if (status === 'SUBSCRIBED') this.#wereLive.add(id);
          const { code, message } = this.#connection.explained(reported);
          const at = new Date().toISOString();
          this.#output.line({ type: 'status', at, subscription: id, status, code, message, ...this.#roadOf(id) });
          if (code === 'BAD_BINDING' || code === 'UNAUTHORIZED') this.#giveHint(id, spec, message);
        },
      );
    }
  }

  #roadOf(id: number): Pick<SubscriptionStatus, 'road' | 'fellBack'> {
    const { road, fellBack = null } =
      this.#connection.manager.status().subscriptions.find((entry) => entry.id === id) ?? {};
    return road === undefined ? {} : { road, fellBack };
  }

  #giveHint(id: number, spec: TableOptions, message: string): void {
    if (this.#hints !== null) {
      this.#hints.print(id, spec);
      return;
    }
    const name = `${spec.schema ?? 'public'}.${spec.table}`;
    if (spec.filter !== undefined && isAboutFilter(message)) {
      this.#output.log(
        `switchboard-realtime: #${id} ${name} was refused for its filter: look whether the table has that column, the value is of its type, and the role may select it`,
      );
      return;
    }
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
      const { code, message } = this.#connection.explained(connection);
      const nextRetryAt = next === null ? null : new Date(next).toISOString();
      this.#output.line({
        ...{ type: 'connection', at: new Date().toISOString(), state, connection: id },
        ...{ code, message, nextRetryAt },
      });
    }
  }

  #refused(): boolean {
    const { subscriptions, channels } = this.#connection.manager.status();
    return [...subscriptions, ...channels].some(({ state }) => state === 'parked');
  }

  #giveUp(timeoutMs: number, end: (code: number) => void): void {
    const { connections, subscriptions, channels } = this.#connection.manager.status();
    const all = [
      ...subscriptions.map((status) => ({ ...status, name: `${status.schema}.${status.table}` })),
      ...channels,
    ];
    const late = all.filter(({ id }) => !this.#wereLive.has(id) && !this.#channels.wereLive.has(id));
    if (late.length === 0) return;
    const none = late.length === all.length;
    const reasons = this.#connection.reasons([...connections, ...late]);
    const names = late.map(({ id, name }) => `#${id} ${name}`).join(', ');
    const what = `${none ? `no ${kindsOf(subscriptions.length, channels.length)} was` : `${names}: not`} live within ${timeoutMs / 1_000} s`;
    this.#output.log(`switchboard-realtime: ${[what, reasons].filter(Boolean).join(': ')}`);
    const isRefused = this.#refused() || this.#connection.isKeyRefused;
    end(none && !isRefused ? EXIT.unreachable : EXIT.partly);
  }
}

/** Whether the server names the filter as what is wrong. What comes before the exception repeats all parameters. */
function isAboutFilter(message: string): boolean {
  const exception = message.split('Exception:').at(-1) ?? '';
  return /\bfilter\b|invalid input|out of range|operator \w+ requires/u.test(exception);
}

function kindsOf(tables: number, channels: number): string {
  return [tables > 0 ? 'table' : '', channels > 0 ? 'channel' : ''].filter(Boolean).join(' or ');
}
