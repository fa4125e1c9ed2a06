import { readFile } from 'node:fs/promises';
import { createManager } from '../core/createRealtimeManager.js';
import type { ConnectionStatus, StatusSnapshot } from '../core/index.js';
import type { Manager } from '../core/manager.js';
import { Hints } from './hints.js';
import { changeLine, gapLine, type Line } from './lines.js';
import type { ListenOptions } from './listenOptions.js';

export const EXIT_DONE = 0;
export const EXIT_USAGE = 2;
export const EXIT_UNREACHABLE = 3;

/** Where `listen` speaks. */
export interface ListenOutput {
  line(line: Line): void;
  /** For people; never a token or key. */
  log(message: string): void;
}

/**
 * Listens until `stop` fires, `--count` changes are printed, or nothing is live in time. Everything it opened is closed when the promise settles.
 *
 * @returns the exit code.
 * @throws SwitchboardError for options that can't work, before anything is opened.
 */
export async function listen(options: ListenOptions, output: ListenOutput, stop: AbortSignal): Promise<number> {
  const log = (message: string): void => {
    output.log(message);
  };
  const { tokenFile } = options;
  const manager = createManager({
    url: options.url,
    apikey: options.apikey,
    logger: { warn: log, error: log },
    ...(tokenFile === null ? {} : { accessToken: async () => (await readFile(tokenFile, 'utf8')).trim() }),
  });
  try {
    return await new Listening(manager, options, output).until(stop);
  } finally {
    await manager.dispose();
  }
}

/** One run of `listen`, from its subscriptions to the reason why it ends. */
class Listening {
  readonly #manager: Manager;
  readonly #options: ListenOptions;
  readonly #output: ListenOutput;
  #printed = 0;
  #wasLive = false;
  readonly #hints: Hints | null;
  #connections: readonly ConnectionStatus[] = [];

  constructor(manager: Manager, options: ListenOptions, output: ListenOutput) {
    this.#manager = manager;
    this.#options = options;
    this.#output = output;
    this.#hints = options.db === null ? null : new Hints(options.db, options, output);
  }

  until(stop: AbortSignal): Promise<number> {
    let timer: NodeJS.Timeout | null = null;
    const ended = new Promise<number>((end) => {
      this.#manager.onStatusChange((status) => {
        this.#printConnections(status);
      });
      this.#manager.onGap((gap) => {
        this.#output.line(gapLine(new Date(), gap));
      });
      this.#subscribe(() => {
        end(EXIT_DONE);
      });
      const { timeoutMs } = this.#options;
      if (timeoutMs !== null)
        timer = setTimeout(() => {
          this.#giveUp(end);
        }, timeoutMs);
      if (stop.aborted) end(EXIT_DONE);
      else
        stop.addEventListener(
          'abort',
          () => {
            end(EXIT_DONE);
          },
          { once: true },
        );
    });
    return ended.finally(async () => {
      if (timer !== null) clearTimeout(timer);
      await this.#hints?.done();
    });
  }

  #subscribe(enough: () => void): void {
    for (const spec of this.#options.subscriptions) {
      const id = this.#manager.subscribeText(
        spec,
        (text) => {
          if (this.#options.count !== null && this.#printed >= this.#options.count) return;
          this.#output.line(changeLine(new Date(), id, text));
          this.#printed += 1;
          if (this.#printed === this.#options.count) enough();
        },
        (status, { code, message }) => {
          if (status === 'SUBSCRIBED') this.#wasLive = true;
          this.#output.line({ type: 'status', at: new Date().toISOString(), subscription: id, status, code, message });
          if (code === 'BAD_BINDING' || code === 'UNAUTHORIZED') this.#hints?.give(id, spec);
        },
      );
    }
  }

  #printConnections({ connections }: StatusSnapshot): void {
    const before = new Map(this.#connections.map((connection) => [connection.id, connection.state]));
    this.#connections = connections;
    for (const { id, state, code, message } of connections) {
      if (before.get(id) === state) continue;
      this.#output.line({ type: 'connection', at: new Date().toISOString(), state, connection: id, code, message });
    }
  }

  #giveUp(end: (code: number) => void): void {
    if (this.#wasLive) return;
    const { connections, subscriptions } = this.#manager.status();
    const troubled = [...connections, ...subscriptions].filter(({ code }) => code !== 'OK');
    const reasons = troubled.map(({ code, message }) => message || code);
    this.#output.log(`switchboard: nothing was live in time: ${[...new Set(reasons)].join('; ')}`);
    end(EXIT_UNREACHABLE);
  }
}
