import { readFile } from 'node:fs/promises';
import { checkDatabase } from '../doctor/checks/databaseChecks.js';
import { openDatabase } from '../doctor/facts/database.js';
import { roleOf } from '../doctor/checks/endpointChecks.js';
import { readDatabase } from '../doctor/facts/facts.js';
import { bySeverity } from '../doctor/finding.js';
import { inspectTables } from '../doctor/inspection.js';
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
    const run = this.#inspect(subscription, spec)
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
    const role = await this.#role();
    const db = await openDatabase(this.#url);
    try {
      const tables = table === '*' ? [] : [{ schema, table }];
      const findings = [...checkDatabase(await readDatabase(db)), ...(await inspectTables(db, tables, role))];
      for (const finding of findings.toSorted(bySeverity)) {
        if (finding.severity === 'note') continue;
        this.#output.line({ type: 'hint', at: new Date().toISOString(), subscription, ...finding });
      }
    } finally {
      await db.close();
    }
  }

  async #role(): Promise<string> {
    const { tokenFile, apikey } = this.#options;
    const token = tokenFile === null ? null : (await readFile(tokenFile, 'utf8').catch(() => '')).trim();
    return roleOf(token, apikey);
  }
}
