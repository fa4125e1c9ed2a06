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

/** Fields in which what others changed is a conflict also where the form has not changed it. */
export type Doubts<Draft> = {
  /** It is not known what others found in these: each difference from the form is a conflict. */
  readonly unsure: ReadonlySet<keyof Draft>;
  /** Each change of these is one. */
  readonly asked: ReadonlySet<keyof Draft>;
};

/**
 * Brings a newer state of the row into a form. A field that the form did not change becomes theirs; one that both changed to different values is a
 * conflict, and the form keeps its own value until somebody decides.
 */
export function mergeTheirs<Row, Draft>(
  fields: Fields<Row, Draft>,
  { draft, seen }: Pick<Merge<Draft>, 'draft' | 'seen'>,
  theirs: Draft,
  { unsure, asked }: Doubts<Draft>,
): Merge<Draft> {
  const merged = { draft: { ...draft }, seen: { ...seen } };
  const conflicts: Conflict<Draft>[] = [];
  const news: News<Draft>[] = [];
  for (const field of namesOf(fields)) {
    const isSure = !unsure.has(field);
    if (isSure && isSameValue(theirs[field], seen[field])) continue;
    const { label, show } = fields[field];
    const change = { field, label, before: show(seen[field]), theirs: show(theirs[field]) };
    const isUntouched = isSure && !asked.has(field) && isSameValue(draft[field], seen[field]);
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

/** Whether a save would write one of these fields, over something else. */
export function isWrittenTo<Row, Draft>(
  fields: Fields<Row, Draft>,
  names: readonly (keyof Draft)[],
  mine: Pick<Merge<Draft>, 'draft' | 'seen'>,
  theirs: Draft,
): boolean {
  return changedFields(fields, mine).some(
    (name) => names.includes(name) && !isSameValue(mine.draft[name], theirs[name]),
  );
}

/** The news since a moment: one for each field, from what it was then to what it is now. */
export function newsSince<Draft>(
  known: readonly News<Draft>[],
  { news, conflicts }: Pick<Merge<Draft>, 'news' | 'conflicts'>,
): News<Draft>[] {
  const newer = new Set([...news, ...conflicts].map(({ field }) => field));
  const changed = news.map((change) => {
    const before = known.find(({ field }) => field === change.field)?.before ?? change.before;
    return { ...change, before };
  });
  const others = known.filter(({ field }) => !newer.has(field));
  return [...others, ...changed].filter(({ before, theirs }) => before !== theirs);
}
