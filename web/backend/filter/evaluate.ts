import type { Pool } from 'pg';

import { messageOf } from '../log.js';
import { columnText } from './columnText.js';
import type { CompiledCondition } from './compile.js';

/** Answers of PostgreSQL to conditions that only it can decide, collected for one batch of changes. */
export class Answers {
  readonly #requested = new Map<string, { condition: CompiledCondition; texts: Map<string | null, boolean> }>();

  /** Registers a value that `holds` will be asked about. */
  request(condition: CompiledCondition, value: string | null): void {
    if (condition.test !== null) return;
    let entry = this.#requested.get(condition.key);
    if (entry === undefined) {
      entry = { condition, texts: new Map() };
      this.#requested.set(condition.key, entry);
    }
    entry.texts.set(columnText(value, condition.typeOid), false);
  }

  /**
   * Gets all answers, one query a condition. Rejects when PostgreSQL can't evaluate one of them: the server reads all changes
   * of a poll by one statement, so a filter that fails on one row loses the whole batch for every subscriber.
   */
  async fetch(pool: Pool): Promise<void> {
    for (const { condition, texts } of this.#requested.values()) {
      const values = [...texts.keys()];
      try {
        const { rows } = await pool.query<{ match: boolean }>(condition.sql, [values, ...condition.parameters]);
        values.forEach((value, i) => texts.set(value, rows[i]?.match === true));
      } catch (cause) {
        throw new Error(`filter on column ${condition.column} cannot be evaluated: ${messageOf(cause)}`, { cause });
      }
    }
  }

  holds(condition: CompiledCondition, value: string | null): boolean {
    if (condition.test !== null) return condition.test(value);
    return this.#requested.get(condition.key)?.texts.get(columnText(value, condition.typeOid)) === true;
  }
}
