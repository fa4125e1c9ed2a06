import { isSameValue, namesOf, type Fields } from './fields.js';

/** A field that was changed in the form and, to something else, by somebody else. Values are in words. */
export type Conflict<Draft> = {
  readonly field: keyof Draft;
  readonly label: string;
  readonly before: string;
  readonly theirs: string;
  readonly mine: string;
};

/** A field that somebody else changed, taken over into the form. Values are in words. */
export type News<Draft> = Omit<Conflict<Draft>, 'mine'>;

/** `seen`: for each field the value of the database that the person at the form last saw and agreed to. */
export type Merge<Draft> = {
  readonly draft: Draft;
  readonly seen: Draft;
  readonly conflicts: readonly Conflict<Draft>[];
  readonly news: readonly News<Draft>[];
};

/**
 * Brings a newer state of the row into a form. A field that the form did not change becomes theirs; one that both changed to different values is a
 * conflict, and the form keeps its own value until somebody decides.
 *
 * @param unsure fields of which it is not known what others found: each difference is a conflict
 */
export function mergeTheirs<Row, Draft>(
  fields: Fields<Row, Draft>,
  { draft, seen }: Pick<Merge<Draft>, 'draft' | 'seen'>,
  theirs: Draft,
  unsure: ReadonlySet<keyof Draft> = new Set(),
): Merge<Draft> {
  const merged = { draft: { ...draft }, seen: { ...seen } };
  const conflicts: Conflict<Draft>[] = [];
  const news: News<Draft>[] = [];
  for (const field of namesOf(fields)) {
    const isSure = !unsure.has(field);
    if (isSure && isSameValue(theirs[field], seen[field])) continue;
    const { label, show } = fields[field];
    const change = { field, label, before: show(seen[field]), theirs: show(theirs[field]) };
    const isUntouched = isSure && isSameValue(draft[field], seen[field]);
    if (!isUntouched && !isSameValue(draft[field], theirs[field])) {
      conflicts.push({ ...change, mine: show(draft[field]) });
      continue;
    }
    if (isUntouched) news.push(change);
    merged.draft[field] = theirs[field];
    merged.seen[field] = theirs[field];
  }
  return { ...merged, conflicts, news };
}

/** The fields of which the form says something else than what was seen. */
export function changedFields<Row, Draft>(
  fields: Fields<Row, Draft>,
  { draft, seen }: Pick<Merge<Draft>, 'draft' | 'seen'>,
): (keyof Draft)[] {
  return namesOf(fields).filter((field) => !isSameValue(draft[field], seen[field]));
}
