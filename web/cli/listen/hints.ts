import { readFile } from 'node:fs/promises';
import { checkDatabase } from '../doctor/checks/databaseChecks.js';
import { openDatabase, type Database } from '../doctor/facts/database.js';
import { roleOf } from '../doctor/checks/endpointChecks.js';
import { readDatabase } from '../doctor/facts/facts.js';
import { bySeverity, type Finding } from '../doctor/finding.js';
import { inspectRights, inspectTables } from '../doctor/inspection.js';
import type { ListenOutput } from './listenOutput.js';
import type { ListenOptions, TableOptions } from './listenOptions.js';

/** Asks the database why the server refuses a subscription. */
export class Hints {
  readonly #url: string;
  readonly #options: ListenOptions;
  readonly #output: ListenOutput;
  readonly #running = new Set<Promise<void>>();

  constructor(url: string, options: ListenOptions, output: ListenOutput) {
    this.#url = url;
    this.#options = options;
    this.#output = output;
  }

  /** Prints what is wrong with its table, a little later. Never throws. */
  print(subscription: number, spec: TableOptions): void {
    this.#run(() => this.#inspect(subscription, spec));
  }

  /** Prints what the role may not do on a private channel, a little later. Never throws. */
  printChannel(subscription: number, name: string): void {
    this.#run(() => this.#inspectChannel(subscription, name));
  }

  #run(inspect: () => Promise<void>): void {
    const run = inspect()
      .catch((error: unknown) => {
        this.#output.log(`switchboard-realtime: no hint: ${error instanceof Error ? error.message : String(error)}`);
      })
      .finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  /** Resolves when all that were asked for are printed. */
  async done(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #inspect(subscription: number, { table, schema = 'public' }: TableOptions): Promise<void> {
    const role = roleOf(await this.#token(), this.#options.apikey);
    const tables = table === '*' ? [] : [{ schema, table }];
    await this.#report(subscription, async (db) => [
      ...checkDatabase(await readDatabase(db)),
      ...(await inspectTables(db, tables, role)),
    ]);
  }

  async #inspectChannel(subscription: number, name: string): Promise<void> {
    const token = await this.#token();
    const role = roleOf(token, this.#options.apikey);
    await this.#report(subscription, (db) => inspectRights(db, { channels: [name], role, token }));
  }

  async #report(subscription: number, inspect: (db: Database) => Promise<readonly Finding[]>): Promise<void> {
    const db = await openDatabase(this.#url);
    try {
      for (const finding of (await inspect(db)).toSorted(bySeverity)) {
        if (finding.severity === 'note') continue;
        this.#output.line({ type: 'hint', at: new Date().toISOString(), subscription, ...finding });
      }
    } finally {
      await db.close();
    }
  }

  async #token(): Promise<string | null> {
    const { tokenFile } = this.#options;
    return tokenFile === null ? null : (await readFile(tokenFile, 'utf8').catch(() => '')).trim();
  }
}
