import { retryDelayMs } from './connection.js';
import type { EditSessionOptions, EditState } from './editState.js';
import { isSameValue, namesOf, readDraft, type VersionedRow } from './fields.js';
import { changedFields, isWrittenTo, mergeTheirs, newsSince } from './merge.js';
import { IgnoredError, problemOf, type Problem } from './problem.js';
import { UnreachableError } from './rowTable.js';
import { asSent, possibleBases } from './unanswered.js';

/** So often a row may move between the read and the write of one save. */
const MAX_ATTEMPTS = 10;

/**
 * One form's work on one row, from opening to saved. Only changed fields are sent, and only if the row is still as it was seen; a submit while another
 * is under way does nothing; an insert that is repeated adds nothing; a request without an answer is repeated until there is one. Does not need the
 * form to stay open.
 */
export class EditSession<Row extends VersionedRow & { idempotency_key?: string | null }, Draft extends object> {
  readonly #options: EditSessionOptions<Row, Draft>;
  readonly #listeners = new Set<() => void>();
  /** The row as it was seen last; undefined: a new one. */
  #base: Row | undefined;
  #seen: Draft;
  #latest: Row | undefined;
  #newColumns: Partial<Row> = {};
  #state: EditState<Draft>;
  #running: Promise<void> | null = null;
  #stopWaiting: () => void = () => undefined;
  /** Requests in a row that got no answer. */
  #unanswered = 0;
  /** The columns of writes that got no answer, oldest first, until the row shows what became of them. */
  #sent: readonly Partial<Row>[] = [];
  /** Fields in conflict of which it is not known what others found: what was seen, or what was sent. */
  #unsure: ReadonlySet<keyof Draft> = new Set();

  constructor(options: EditSessionOptions<Row, Draft>) {
    this.#options = options;
    const { start, fields } = options;
    if ('row' in start) this.#base = start.row;
    else this.#newColumns = { ...start.columns, idempotency_key: crypto.randomUUID() };
    this.#seen = 'row' in start ? readDraft(fields, start.row) : start.draft;
    this.#state = {
      draft: this.#seen,
      phase: 'editing',
      isUnanswered: false,
      isDirty: false,
      conflicts: [],
      news: [],
      lateNews: [],
      changedAt: null,
      goneAt: null,
      problem: null,
    };
  }

  /** The same object until something changes. */
  readonly state = (): EditState<Draft> => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The row as the database had it when this session last saw it. */
  get row(): Row | undefined {
    return this.#base;
  }

  /** Changes a field of the form. Ignored while a save is under way: what is sent is what was seen at the submit. */
  set<Name extends keyof Draft>(field: Name, value: Draft[Name]): void {
    if (this.#state.phase !== 'editing') return;
    const draft = { ...this.#state.draft, [field]: value };
    if (this.#base !== undefined && this.#isInConflict(field)) {
      const theirs = this.#options.fields[field].read(this.#base);
      if (isSameValue(value, theirs)) {
        this.#decide(field, draft);
        return;
      }
    }
    const mine = this.#options.fields[field].show(value);
    const conflicts = this.#state.conflicts.map((conflict) =>
      conflict.field === field ? { ...conflict, mine } : conflict,
    );
    this.#change({ draft, conflicts, isDirty: this.#isDirty(draft) || conflicts.length > 0 });
  }

  /** Decides a conflict. */
  resolve(field: keyof Draft, winner: 'mine' | 'theirs'): void {
    if (this.#base === undefined || this.#state.phase !== 'editing' || !this.#isInConflict(field)) return;
    const { draft } = this.#state;
    this.#decide(
      field,
      winner === 'mine' ? draft : { ...draft, [field]: this.#options.fields[field].read(this.#base) },
    );
  }

  /** Takes in what the database says of the row now; undefined: it is gone. Older states than the known one are ignored. */
  arrive(row: Row | undefined): void {
    const { phase } = this.#state;
    if (this.#base === undefined || phase === 'saved' || phase === 'discarded') return;
    if (phase !== 'editing') {
      // The answer to the save decides; this is looked at afterwards if it was no success.
      if (row !== undefined) this.#latest = row;
    } else if (row === undefined) {
      this.#setGone();
    } else {
      this.#merge(row);
    }
  }

  /** Saves. Does nothing while conflicts are open or the row is gone. Resolves when there is nothing under way any more; never rejects. */
  submit(): Promise<void> {
    if (this.#state.conflicts.length > 0 || this.#state.goneAt !== null) return Promise.resolve();
    return this.#start();
  }

  /** Adds a row that was removed by others again, with what the form says. */
  addAgain(): Promise<void> {
    return this.#start();
  }

  /** Ends the session without saving. What is on its way may still arrive. */
  discard(): void {
    if (this.#state.phase === 'saved') return;
    this.#change({ phase: 'discarded' });
    this.#stopWaiting();
  }

  #start(): Promise<void> {
    if (this.#state.phase !== 'editing') return this.#running ?? Promise.resolve();
    this.#change({ phase: 'saving', problem: null, lateNews: [] });
    this.#running = this.#save().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #save(): Promise<void> {
    try {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
        if (await this.#isSettled()) return;
      }
      throw new Error(`The row changed ${MAX_ATTEMPTS} times while it was being saved.`);
    } catch (error) {
      if (!this.#isDiscarded()) this.#change({ phase: 'editing', problem: this.#problemOf(error) });
    } finally {
      const latest = this.#latest;
      this.#latest = undefined;
      if (latest !== undefined) this.arrive(latest);
    }
  }

  /** One attempt. False: the row has moved on without a conflict, and the next one may succeed. */
  async #isSettled(): Promise<boolean> {
    const incomplete = this.#namesToSend().filter((name) => this.#options.fields[name].complete !== undefined);
    if (incomplete.length > 0) await this.#complete(incomplete);
    const saved = await this.#send();
    if (this.#isDiscarded()) return true;
    if (saved !== undefined) {
      this.#base = saved;
      this.#change({ phase: 'saved', isDirty: false, isUnanswered: false });
      return true;
    }
    const now = await this.#read();
    if (this.#isDiscarded()) return true;
    this.#change({ isUnanswered: false });
    if (this.#base !== undefined && now?.version === this.#base.version && this.#state.goneAt === null)
      throw new IgnoredError('The request was accepted and changed no row: row level security hides it from updates.');
    if (now !== undefined) this.#merge(now);
    else if (this.#base !== undefined) this.#setGone();
    const isOpen = this.#state.goneAt !== null || this.#state.conflicts.length > 0;
    if (isOpen && !this.#isDiscarded()) this.#change({ phase: 'editing' });
    return isOpen;
  }

  /** Completes what is to be sent. */
  async #complete(names: readonly (keyof Draft)[]): Promise<void> {
    for (const name of names) {
      const { complete } = this.#options.fields[name];
      if (complete === undefined) continue;
      const value = await this.#answer(() => complete(this.#state.draft[name]), false);
      this.#change({ draft: { ...this.#state.draft, [name]: value } });
    }
  }

  #namesToSend(): (keyof Draft)[] {
    const { fields } = this.#options;
    return this.#base === undefined
      ? namesOf(fields)
      : changedFields(fields, { draft: this.#state.draft, seen: this.#seen });
  }

  /** Sends what the form says. Undefined: nothing was written. */
  #send(): Promise<Row | undefined> {
    const { table } = this.#options;
    const { goneAt } = this.#state;
    const base = this.#base;
    const changed = this.#namesToSend();
    if (base === undefined) {
      const row = { ...this.#newColumns, ...this.#columns(changed) };
      return this.#write(row, () => table.insert(row, 'idempotency_key'));
    }
    if (goneAt !== null) {
      const { version: _version, updated_at: _updatedAt, ...rest } = base;
      // A key of its own says whose row it is when the answer is lost.
      const key = { idempotency_key: crypto.randomUUID() };
      const row = { ...rest, ...this.#columns(changed), ...key } as Partial<Row>;
      return this.#write(row, () => table.insert(row, 'id'));
    }
    if (changed.length === 0) return Promise.resolve(base);
    const columns = this.#columns(changed);
    return this.#write(columns, () => table.update(base.id, base.version, columns));
  }

  #find(): Promise<Row | undefined> {
    const { table } = this.#options;
    return this.#base === undefined
      ? table.find('idempotency_key', this.#newColumns.idempotency_key)
      : table.find('id', this.#base.id);
  }

  #columns(names: readonly (keyof Draft)[]): Partial<Row> {
    const { fields } = this.#options;
    const parts = names.map((name) => fields[name].write(this.#state.draft[name], this.#base));
    return Object.assign({}, ...parts) as Partial<Row>;
  }

  /** The row as it is in the database, as soon as there is an answer. */
  #read(): Promise<Row | undefined> {
    return this.#answer(() => this.#find());
  }

  /** What a read gives, as soon as there is an answer. */
  async #answer<Value>(request: () => Promise<Value>, isUnanswered = true): Promise<Value> {
    for (;;) {
      const answer = await this.#ask(request, isUnanswered);
      if (answer !== null) return answer.value;
    }
  }

  /** Writes as soon as there is an answer. Without one the row says whether the write arrived. Undefined: look at the row again. */
  async #write(columns: Partial<Row>, request: () => Promise<Row | undefined>): Promise<Row | undefined> {
    for (;;) {
      const answer = await this.#ask(request);
      if (answer !== null) return answer.value;
      if (this.#sent.at(-1) !== columns) this.#sent = [...this.#sent, columns];
      const isToAdd = this.#base === undefined || this.#state.goneAt !== null;
      const now = await this.#read();
      if (isToAdd ? now !== undefined : now?.version !== this.#base?.version) return undefined;
    }
  }

  /** Sends a request when there is a connection. Null, after a pause: there was no answer. `isUnanswered`: something may be saved then. */
  async #ask<Value>(request: () => Promise<Value>, isUnanswered = true): Promise<{ readonly value: Value } | null> {
    const { connection } = this.#options;
    while (!connection.isOnline()) await this.#wait();
    this.#throwIfDiscarded();
    try {
      const value = await request();
      this.#unanswered = 0;
      return { value };
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
    }
    this.#throwIfDiscarded();
    this.#unanswered += 1;
    if (isUnanswered) this.#change({ isUnanswered });
    if (connection.isOnline()) await this.#wait(retryDelayMs(this.#unanswered));
    return null;
  }

  /** Until there is a connection, or for so long. */
  async #wait(delayMs?: number): Promise<void> {
    this.#throwIfDiscarded();
    this.#change({ phase: 'waiting' });
    await new Promise<void>((resolve) => {
      const timer = delayMs === undefined ? undefined : setTimeout(resolve, delayMs);
      const stop = this.#options.connection.onceOnline(resolve);
      this.#stopWaiting = () => {
        clearTimeout(timer);
        stop();
        resolve();
      };
    });
    this.#stopWaiting();
    this.#throwIfDiscarded();
    // What is repeated after no answer goes on waiting for one.
    if (!this.#state.isUnanswered) this.#change({ phase: 'saving' });
  }

  #throwIfDiscarded(): void {
    if (this.#isDiscarded()) throw new Error('The session was discarded.');
  }

  /** Brings a newer state of the row into the form. */
  #merge(row: Row): void {
    const { fields } = this.#options;
    if (this.#base !== undefined && row.version <= this.#base.version) return;
    const { draft: mine, unsure } = this.#settleSent(row);
    this.#base = row;
    const theirs = readDraft(fields, row);
    const asked = this.#toAsk({ draft: mine, seen: this.#seen }, theirs);
    const merged = mergeTheirs(fields, { draft: mine, seen: this.#seen }, theirs, { unsure, asked });
    this.#seen = merged.seen;
    const changes = [...merged.news, ...merged.conflicts];
    const newer = new Set(changes.map(({ field }) => field));
    const known = this.#state.news.filter(({ field }) => !newer.has(field));
    const news = [...known, ...merged.news];
    // While the form is edited it shows what comes in.
    const lateNews = this.#state.phase === 'editing' ? this.#state.lateNews : newsSince(this.#state.lateNews, merged);
    const { draft, conflicts } = merged;
    this.#unsure = new Set(conflicts.map(({ field }) => field).filter((field) => unsure.has(field)));
    const changedAt = changes.length > 0 ? row.updated_at : this.#state.changedAt;
    const isDirty = this.#isDirty(draft) || conflicts.length > 0;
    this.#change({ draft, conflicts, news, lateNews, changedAt, goneAt: null, isUnanswered: false, isDirty });
  }

  /** Fields that others may not change without a question: those in conflict, and at a save what belongs together with what is written. */
  #toAsk(mine: { readonly draft: Draft; readonly seen: Draft }, theirs: Draft): ReadonlySet<keyof Draft> {
    const { fields, together = [] } = this.#options;
    const open = this.#state.conflicts.map(({ field }) => field);
    const isBound = this.#state.phase !== 'editing' && isWrittenTo(fields, together, mine, theirs);
    return new Set(isBound ? [...open, ...together] : open);
  }

  /** The row is there: nothing that was sent before can arrive any more. What may have arrived is what others found. */
  #settleSent(row: Row): { readonly draft: Draft; readonly unsure: ReadonlySet<keyof Draft> } {
    const { fields } = this.#options;
    const { draft } = this.#state;
    if (this.#sent.length === 0) return { draft, unsure: this.#unsure };
    const bases = possibleBases(fields, { base: this.#base, seen: this.#seen, sent: this.#sent }, row);
    const last = bases.at(-1) ?? bases[0];
    this.#sent = [];
    this.#seen = last;
    const differing = namesOf(fields).filter((name) => bases.some((base) => !isSameValue(base[name], last[name])));
    return { draft: asSent(fields, draft, last, row, this.#base), unsure: new Set([...this.#unsure, ...differing]) };
  }

  #isDiscarded(): boolean {
    return this.#state.phase === 'discarded';
  }

  #isInConflict(field: keyof Draft): boolean {
    return this.#state.conflicts.some((conflict) => conflict.field === field);
  }

  /** The person has seen their value of this field and decided on the one in `draft`. */
  #decide(field: keyof Draft, draft: Draft): void {
    this.#see(field);
    const conflicts = this.#state.conflicts.filter((conflict) => conflict.field !== field);
    this.#change({ draft, conflicts, isDirty: this.#isDirty(draft) || conflicts.length > 0 });
  }

  /** The person has seen what the row says in this field. */
  #see(field: keyof Draft): void {
    if (this.#base !== undefined) this.#seen = { ...this.#seen, [field]: this.#options.fields[field].read(this.#base) };
    this.#unsure = new Set([...this.#unsure].filter((other) => other !== field));
  }

  #isDirty(draft: Draft): boolean {
    return changedFields(this.#options.fields, { draft, seen: this.#seen }).length > 0;
  }

  #setGone(): void {
    // Nobody has another value any more: what the form says is what it adds.
    for (const { field } of this.#state.conflicts) this.#see(field);
    if (this.#state.goneAt === null) this.#change({ goneAt: new Date().toISOString(), conflicts: [] });
  }

  #problemOf(error: unknown): Problem {
    return problemOf(error, (column) => {
      const { fields } = this.#options;
      const owner = namesOf(fields).find((name) => column in fields[name].write(this.#state.draft[name], this.#base));
      return owner === undefined ? column : fields[owner].label;
    });
  }

  #change(change: Partial<EditState<Draft>>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of [...this.#listeners]) listener();
  }
}
