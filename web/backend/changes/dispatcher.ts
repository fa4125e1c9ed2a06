import { Answers } from '../filter/evaluate.js';
import type { RateCounter } from '../limits.js';
import type { Log } from '../log.js';
import type { RowChange } from '../replication/rowChange.js';
import { ChangeFormatter, ForeignValues } from './rowFormat.js';
import { isRowVisible } from './rowSecurity.js';
import type { Database } from './subscribe.js';
import type { ChangeReceiver, Subscription, SubscriptionRegistry } from './subscription.js';
import type { Table } from './tableCatalog.js';

export interface DispatcherOptions {
  database: Database;
  registry: SubscriptionRegistry;
  /** Counts matched subscriptions; while it is tripped, changes are dropped silently. */
  rate: RateCounter;
  changeBytes: number;
  log: Log;
}

interface Prepared {
  change: RowChange;
  table: Table;
  subscriptions: readonly Subscription[];
}

/** Matches changes with subscriptions and hands them out, in order. */
export class Dispatcher {
  readonly #options: DispatcherOptions;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Rejects when a filter cannot be evaluated or the database fails; then nobody gets any of these changes. */
  async dispatch(changes: readonly RowChange[]): Promise<void> {
    const { database, rate, log } = this.#options;
    const batch = await this.#prepare(changes);
    const answers = new Answers();
    const foreign = new ForeignValues(database.types);
    for (const { change, subscriptions } of batch) {
      for (const { conditions } of subscriptions) {
        for (const condition of conditions) {
          for (const value of imagesOf(change, condition.column)) answers.request(condition, value);
        }
      }
      for (const values of [change.newValues, change.oldValues]) {
        values?.forEach((text, i) => {
          foreign.request(change.relation.columns[i]?.typeOid ?? 0, text);
        });
      }
    }
    await Promise.all([answers.fetch(database.pool), foreign.fetch(database.pool)]);
    if (rate.isTripped) {
      log('warn', `more events a second than the limit: ${batch.length} changes dropped`);
      return;
    }
    for (const prepared of batch) await this.#deliver(prepared, answers, foreign);
  }

  async #prepare(changes: readonly RowChange[]): Promise<Prepared[]> {
    const { database, registry } = this.#options;
    // Subscriptions are taken before anything is awaited, so one that comes later sees none of this batch.
    const candidates = changes.map((change) => ({
      change,
      subscriptions: [...registry.forTable(change.relation.oid)].filter(
        ({ event }) => event === '*' || event === change.type,
      ),
    }));
    const batch: Prepared[] = [];
    for (const { change, subscriptions } of candidates) {
      if (subscriptions.length === 0) continue;
      const table = await database.tables.table(change.relation.oid);
      if (table === null) continue;
      await database.types.load(change.relation.columns.map(({ typeOid }) => typeOid));
      batch.push({ change, table, subscriptions });
    }
    return batch;
  }

  async #deliver(prepared: Prepared, answers: Answers, foreign: ForeignValues): Promise<void> {
    const { database, changeBytes } = this.#options;
    const { change, table, subscriptions } = prepared;
    const matches = new Map<string, boolean>();
    const visible = subscriptions.filter(({ conditions, conditionsKey }) => {
      let match = matches.get(conditionsKey);
      if (match === undefined) matches.set(conditionsKey, (match = isMatch(change, conditions, answers)));
      return match;
    });
    if (visible.length === 0) return;
    const formatter = new ChangeFormatter(change, table, database.types, foreign, changeBytes);
    for (const group of groupByView(visible)) await this.#deliverGroup(prepared, group, formatter);
  }

  async #deliverGroup({ change, table }: Prepared, group: ViewGroup, formatter: ChangeFormatter): Promise<void> {
    const { database, registry, rate } = this.#options;
    const selectable = await database.tables.selectableColumns(table.oid, group.role);
    const refusal = change.type === 'DELETE' ? null : refusalOf(table, selectable);
    let members = group.members;
    if (refusal === null && table.hasRowSecurity && change.type !== 'DELETE') {
      members = await this.#permitted(table, change, members);
    }
    members = members.filter((subscription) => registry.isLive(subscription));
    if (members.length === 0) return;
    rate.add(members.length);
    const data = refusal === null ? formatter.data({ selectable, select: group.select }) : formatter.refusal(refusal);
    for (const [receiver, ids] of idsByReceiver(members)) receiver.deliverChange(change.type, data, ids);
  }

  async #permitted(table: Table, change: RowChange, members: Subscription[]): Promise<Subscription[]> {
    const { pool, types } = this.#options.database;
    const verdicts = new Map<unknown, boolean>();
    for (const { claims } of members) {
      if (!verdicts.has(claims)) verdicts.set(claims, await isRowVisible(pool, types, table, change, claims));
    }
    return members.filter(({ claims }) => verdicts.get(claims) === true);
  }
}

function refusalOf(table: Table, selectable: ReadonlySet<string>): string | null {
  if (table.primaryKey.length === 0) return 'Error 400: Bad Request, no primary key';
  return table.primaryKey.every((name) => selectable.has(name)) ? null : 'Error 401: Unauthorized';
}

/** The column's value in the images that filters may look at; none when it is unknown. */
function imagesOf(change: RowChange, column: string): (string | null)[] {
  const image = change.newValues ?? change.oldValues ?? [];
  const index = change.relation.columns.findIndex(({ name }) => name === column);
  const value = image[index];
  return value === undefined ? [] : [value];
}

/** All conditions must hold; one whose column is not in the image does not. */
function isMatch(change: RowChange, conditions: Subscription['conditions'], answers: Answers): boolean {
  return conditions.every((condition) => {
    const [value] = imagesOf(change, condition.column);
    return value !== undefined && answers.holds(condition, value);
  });
}

interface ViewGroup {
  role: string;
  select: readonly string[] | null;
  members: Subscription[];
}

/** One group for each role and select list, in the server's order: by role, then without a list before with one. */
function groupByView(subscriptions: readonly Subscription[]): ViewGroup[] {
  const groups = new Map<string, ViewGroup>();
  for (const subscription of subscriptions) {
    const { claims, select } = subscription;
    const key = JSON.stringify([claims.role, select?.join(',') ?? '']);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { role: claims.role, select, members: [] }));
    group.members.push(subscription);
  }
  return [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

/** The ids of each receiver's matching entries, last entry first. */
function idsByReceiver(members: readonly Subscription[]): Map<ChangeReceiver, number[]> {
  const result = new Map<ChangeReceiver, number[]>();
  for (const { receiver, id } of [...members].sort((a, b) => b.index - a.index)) {
    const ids = result.get(receiver);
    if (ids === undefined) result.set(receiver, [id]);
    else ids.push(id);
  }
  return result;
}
