import type pg from 'pg';

import { generator, rowFilterSources, type TypeSource } from './rowFilterSources.js';

/** What PostgreSQL says of filters on the values of one type. An answer has a letter for each value: t, f, or n for NULL. */
export interface TypeCases {
  /** As a change's list of columns names it. */
  type: string;
  /** What it is based on: `enum`, or a domain's type; empty for any other. */
  base: string;
  /** As they are in a change, in JSON. */
  values: string[];
  /** Null: PostgreSQL refuses the literal. */
  compare: { literal: string; answers: Record<string, string> | null }[];
  in: { list: string; answer: string | null }[];
  like: { pattern: string; answer: string }[];
  is: Record<string, string>;
}

const OPERATORS = {
  eq: '=',
  neq: '!=',
  lt: '<',
  lte: '<=',
  gt: '>',
  gte: '>=',
  isdistinct: 'is distinct from',
} as const;

const letter = (answer: boolean | null): string => (answer === null ? 'n' : answer ? 't' : 'f');

/** In PostgreSQL's form of the value: what a change has in JSON, cast back. NaN and infinite numbers are null there. */
class Oracle {
  readonly #value: string;

  constructor(
    readonly sql: pg.Client,
    readonly source: TypeSource,
    readonly values: string[],
  ) {
    this.#value = `(v::jsonb #>> '{}')::${this.#cast}`;
  }

  get #cast(): string {
    const { sql, type } = this.source;
    return sql ?? type;
  }

  async ask(expression: (value: string, cast: string) => string, parameter: string[] = []): Promise<string | null> {
    const query = `select ${expression(this.#value, this.#cast)} as answer from unnest($1::text[]) with ordinality u (v, n) order by n`;
    try {
      const { rows } = await this.sql.query<{ answer: boolean | null }>(query, [this.values, ...parameter]);
      return rows.map(({ answer }) => letter(answer)).join('');
    } catch {
      return null;
    }
  }
}

async function jsonOf(sql: pg.Client, source: TypeSource): Promise<string[]> {
  const { rows } = await sql.query<{ json: string | null }>(
    `select to_jsonb(v::${source.sql ?? source.type})::text as json from unnest($1::text[]) with ordinality u (v, n) order by n`,
    [source.values],
  );
  const values = rows.map(({ json }) => (json === null || (source.isNumber && json.startsWith('"')) ? 'null' : json));
  return [...new Set([...values, 'null'])];
}

async function compareCases(oracle: Oracle, literals: readonly string[]): Promise<TypeCases['compare']> {
  const cases: TypeCases['compare'] = [];
  for (const literal of new Set(literals)) {
    const answers: Record<string, string> = {};
    for (const [name, symbol] of Object.entries(OPERATORS)) {
      const answer = await oracle.ask((value, cast) => `${value} ${symbol} $2::text::${cast}`, [literal]);
      if (answer !== null) answers[name] = answer;
    }
    cases.push({ literal, answers: Object.keys(answers).length === 0 ? null : answers });
  }
  return cases;
}

async function inCases(oracle: Oracle, literals: readonly string[]): Promise<TypeCases['in']> {
  const random = generator(11);
  const quoted = literals.map((literal) => `"${literal.replace(/["\\]/g, '\\$&')}"`);
  const pick = (list: readonly string[]): string => list[random(list.length)] ?? '';
  const plain = literals.filter((literal) => /^[\w.+:-]+$/.test(literal));
  const lists = Array.from({ length: 12 }, (_, i) => {
    const from = i % 3 === 0 && plain.length > 0 ? plain : quoted;
    const items = Array.from({ length: 1 + random(4) }, () => pick(from));
    return `(${items.join(i % 2 === 0 ? ',' : ' , ')}${i % 4 === 3 ? ',NULL' : ''})`;
  });
  const cases: TypeCases['in'] = [];
  for (const list of new Set(lists)) {
    const answer = await oracle.ask(
      (value, cast) => `${value} = any ($2::text::${cast}[])`,
      [`{${list.slice(1, -1)}}`],
    );
    cases.push({ list, answer });
  }
  return cases;
}

async function casesOf(sql: pg.Client, source: TypeSource): Promise<TypeCases> {
  const values = await jsonOf(sql, source);
  const oracle = new Oracle(sql, source, values);
  const is: Record<string, string> = {};
  for (const word of ['null', 'true', 'false', 'unknown']) {
    const answer = await oracle.ask((value) => `${value} is ${word}`);
    if (answer !== null) is[word] = answer;
  }
  const like: TypeCases['like'] = [];
  for (const pattern of source.patterns ?? []) {
    const answer = await oracle.ask((value, cast) => `${value} like $2::text::${cast}`, [pattern]);
    like.push({ pattern, answer: answer ?? '' });
  }
  const compare = await compareCases(oracle, source.literals);
  const known = compare.filter(({ answers }) => answers !== null).map(({ literal }) => literal);
  return { type: source.type, base: source.base ?? '', values, compare, in: await inCases(oracle, known), like, is };
}

/** Each line is one case, so that a difference is easy to read. */
function written(cases: readonly TypeCases[]): string {
  const lines = cases.flatMap(({ compare, in: lists, like, ...rest }) => [rest, ...compare, ...lists, ...like]);
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Zones with an offset of whole hours, of half an hour, and of seconds long ago: a change has times in the writer's. */
const ZONES = ['UTC', 'Asia/Kolkata', 'America/New_York'];

/** What PostgreSQL says of thousands of conditions, as lines of JSON. */
export async function rowFilterCases(sql: pg.Client): Promise<string> {
  await sql.query(`create type filter_mood as enum ('two', 'one')`);
  await sql.query('create domain filter_id as integer');
  await sql.query('create domain filter_name as text');
  const all: TypeCases[] = [];
  for (const source of rowFilterSources()) {
    for (const zone of source.type === 'timestamptz' ? ZONES : ['UTC']) {
      await sql.query(`set timezone to '${zone}'`);
      all.push(await casesOf(sql, source));
    }
  }
  return written(all);
}
