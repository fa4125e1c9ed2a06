import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.js';
import type { Database } from './database.js';
import { sampleColumns } from './samples.js';
import { CHANGE_BYTES, tables, type TableName } from './schema.js';

interface Statement {
  text: string;
  values: unknown[];
}

export interface WorkloadOptions {
  writers: number;
  /** The longest pause of a writer between two pieces of work. */
  pauseMs: number;
}

const V = "nextval('chaos_writes')::int4";
const OWNERS = ['ann', 'ben', 'cleo'];
const STATES = ['open', 'open', 'done', 'late'];
const KEYS = 60;
const CHOICE: readonly TableName[] = [
  ...(['rooms', 'rooms', 'stock', 'stock', 'jobs', 'jobs', 'jobs'] as const),
  ...(['notes', 'notes', 'parts', 'parts', 'samples', 'samples'] as const),
];
/** Larger than what PostgreSQL keeps in the row itself. */
const BODY_BYTES = 3_000;

/** Writers that do what the seed says, one piece of work after another, until they are stopped. */
export class Workload {
  readonly #randoms: Random[];
  #stopped = true;
  #running: Promise<void>[] = [];
  /** Pieces of work that failed, as they do when they collide or PostgreSQL is away. */
  failures = 0;
  transactions = 0;

  constructor(
    private readonly db: Database,
    random: Random,
    private readonly options: WorkloadOptions,
  ) {
    this.#randoms = Array.from({ length: options.writers }, () => random.fork());
  }

  start(): void {
    this.#stopped = false;
    this.#running = this.#randoms.map((random) => this.#write(random));
  }

  /** Resolves when no writer is at work. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
  }

  async #write(random: Random): Promise<void> {
    while (!this.#stopped) {
      const piece = pieceOfWork(random);
      const pauseMs = random.between(1, this.options.pauseMs);
      await this.db
        .transaction(async (client) => {
          for (const { text, values } of piece) await client.query(text, values);
        })
        .then(
          () => (this.transactions += 1),
          () => (this.failures += 1),
        );
      await sleep(pauseMs);
    }
  }
}

function pieceOfWork(random: Random): Statement[] {
  const dice = random.below(100);
  if (dice < 12) return Array.from({ length: random.between(2, 6) }, () => statement(random));
  if (dice < 14) return [burst(random)];
  return [statement(random)];
}

function statement(random: Random): Statement {
  const table = random.pick(CHOICE);
  const dice = random.below(10);
  if (dice < 2) return remove(table, random);
  if (dice < 4) return move(table, random);
  return put(table, random);
}

function keyValues(table: TableName, random: Random): unknown[] {
  return tables[table].key.length === 2 ? [random.below(6), `sku ${random.below(12)}`] : [random.below(KEYS)];
}

function whereKey(table: TableName, from: number): string {
  return tables[table].key.map((column, i) => `${column} = $${from + i}`).join(' and ');
}

function remove(table: TableName, random: Random): Statement {
  return { text: `delete from ${table} where ${whereKey(table, 1)}`, values: keyValues(table, random) };
}

/** Another key for a row. */
function move(table: TableName, random: Random): Statement {
  const { key } = tables[table];
  const values = [...keyValues(table, random), ...keyValues(table, random)];
  const next = key.map((column, i) => `${column} = $${key.length + 1 + i}`).join(', ');
  const text = `update ${table} set ${next}, v = ${V} where ${whereKey(table, 1)}
    and not exists (select from ${table} where ${whereKey(table, key.length + 1)})`;
  return { text, values };
}

/** INSERT, or UPDATE when the row is there. */
function put(table: TableName, random: Random): Statement {
  const key = keyValues(table, random);
  switch (table) {
    case 'rooms': {
      const note = random.chance(0.3) ? null : `note é ${random.below(1_000)}`;
      const big = random.chance(0.5) ? String(2n ** 62n + BigInt(random.below(1_000))) : null;
      const text = `insert into rooms values ($1, $2, ${V}, $3, $4)
        on conflict (id) do update set owner = excluded.owner, v = excluded.v, note = excluded.note, big = excluded.big`;
      return { text, values: [...key, random.pick(OWNERS), note, big] };
    }
    case 'stock': {
      const text = `insert into stock values ($1, $2, ${V}, $3)
        on conflict (shop, sku) do update set v = excluded.v, amount = excluded.amount`;
      return { text, values: [...key, (random.below(1_000_000) / 100).toFixed(2)] };
    }
    case 'jobs': {
      const body = random.chance(0.01) ? 'x'.repeat(2 * CHANGE_BYTES) : `body ${random.below(1_000)}`;
      const text = `insert into jobs values ($1, $2, ${V}, $3)
        on conflict (id) do update set state = excluded.state, v = excluded.v, body = excluded.body`;
      return { text, values: [...key, random.pick(STATES), body] };
    }
    case 'notes': {
      const body = random.chance(0.3) ? ', body = excluded.body' : '';
      const text = `insert into notes values ($1, ${V}, $2, $3)
        on conflict (id) do update set v = excluded.v, title = excluded.title${body}`;
      return { text, values: [...key, `title ${random.below(100)}`, longText(random)] };
    }
    case 'parts': {
      const body = random.chance(0.3) ? ', body = excluded.body' : '';
      const text = `insert into parts values ($1, $2, ${V}, $3)
        on conflict (shop, sku) do update set v = excluded.v${body}`;
      return { text, values: [...key, longText(random)] };
    }
    case 'samples':
      return putSample(key, random);
  }
}

function longText(random: Random): string {
  return `${random.below(1_000_000)} `.repeat(BODY_BYTES / 2).slice(0, BODY_BYTES);
}

/** Some columns of a row, or all of a new one. */
function putSample(key: unknown[], random: Random): Statement {
  const values = sampleColumns.map((column) => random.pick(column.values));
  const changed = sampleColumns.filter(() => random.chance(0.4));
  const sets = changed.map(({ name }) => `, ${name} = excluded.${name}`).join('');
  const text = `insert into samples values ($1, ${V}, ${sampleColumns.map(({ type }, i) => `$${i + 2}::text::${type}`).join(', ')})
    on conflict (id) do update set v = excluded.v${sets}`;
  return { text, values: [...key, ...values] };
}

/** Many rows in one statement. */
function burst(random: Random): Statement {
  const part = random.below(4);
  switch (random.below(4)) {
    case 0:
      return { text: `update rooms set v = ${V}, note = 'burst' where id % 4 = $1`, values: [part] };
    case 1:
      return { text: `update notes set v = ${V}, title = 'burst' where id % 4 = $1`, values: [part] };
    case 2:
      return { text: `update stock set v = ${V}, amount = amount + 1 where shop % 4 = $1`, values: [part] };
    default:
      return {
        text: `update jobs set v = ${V}, state = case state when 'open' then 'done' else 'open' end where id % 4 = $1`,
        values: [part],
      };
  }
}
