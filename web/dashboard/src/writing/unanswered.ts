import { isSameValue, namesOf, readDraft, type Fields } from './fields.js';

type Keyed = { readonly idempotency_key?: string | null };

/** A form's row before this read. `sent`: the columns of each write that got no answer, oldest first. */
export type Before<Row, Draft> = {
  readonly base: Row | undefined;
  readonly seen: Draft;
  readonly sent: readonly Partial<Row>[];
};

/**
 * The states that others may have found before they made `row` of them, the likeliest last: what was seen, or what was sent without an answer.
 *
 * An insert is recognized by its key. An update leaves no mark. That it arrived, and was taken back by others, is ruled out only where others changed
 * something else, and nothing of the update is in the row.
 */
export function possibleBases<Row extends Keyed, Draft>(
  fields: Fields<Row, Draft>,
  { base, seen, sent }: Before<Row, Draft>,
  row: Row,
): readonly [Draft, ...Draft[]] {
  const [inserted, ...later] = sent
    .filter(({ idempotency_key: key }) => typeof key === 'string' && key === row.idempotency_key)
    .map((columns) => readDraft(fields, { ...row, ...columns }));
  if (inserted !== undefined) return [inserted, ...later];
  if (base === undefined) return [seen];
  const updates = sent.map((columns) => readDraft(fields, { ...base, ...columns }));
  const theirs = readDraft(fields, row);
  const names = namesOf(fields);
  const isSent = (name: keyof Draft): boolean => updates.some((update) => !isSameValue(update[name], seen[name]));
  const isElsewhere = names.some((name) => !isSent(name) && !isSameValue(theirs[name], seen[name]));
  const isArrived = names.some(
    (name) => isSent(name) && updates.some((update) => isSameValue(theirs[name], update[name])),
  );
  return isElsewhere && !isArrived ? [seen] : [seen, ...updates];
}

/** The draft with values as the database has them where they were sent: it keeps no spaces around a text. */
export function asSent<Row, Draft>(
  fields: Fields<Row, Draft>,
  draft: Draft,
  sent: Draft,
  row: Row,
  base: Row | undefined,
): Draft {
  const result = { ...draft };
  for (const name of namesOf(fields)) {
    const field = fields[name];
    const written = field.read({ ...row, ...field.write(draft[name], base) });
    if (isSameValue(written, sent[name])) result[name] = sent[name];
  }
  return result;
}
