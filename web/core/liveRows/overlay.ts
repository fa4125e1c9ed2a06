/** What arrived since a fetch began, by key: it goes on top of what is fetched. */
export class Overlay<Row extends object> {
  readonly #rows = new Map<string, Row | null>();
  /** Keys of rows of which columns may be missing. */
  readonly #partial = new Set<string>();
  /** Keys that came to the rows meanwhile, so that the fetch's own count may not have them. */
  readonly #entered = new Set<string>();
  readonly #gone = new Set<string>();
  /** Nothing of what is fetched counts: it is from before all rows went, or comes as a change, too. */
  #emptied = false;

  /** `isWhole`: no column is missing. `entered`: it was not among the rows before this change. */
  put(key: string, row: Row, isWhole: boolean, entered: boolean): void {
    const noted = this.#rows.get(key);
    if (isWhole) this.#partial.delete(key);
    else if (noted === undefined || noted === null) this.#partial.add(key);
    this.#rows.set(key, noted === undefined || noted === null ? row : { ...noted, ...row });
    if (entered && !this.#gone.delete(key)) this.#entered.add(key);
  }

  /** `wasThere`: it was among the rows before this change, as far as is known. */
  remove(key: string, wasThere: boolean): void {
    this.#rows.set(key, null);
    if (wasThere && !this.#entered.delete(key)) this.#gone.add(key);
  }

  /** All rows went. */
  empty(): void {
    this.#partial.clear();
    this.#rows.clear();
    this.#emptied = true;
  }

  /** The keys of rows that were there when the fetch began, and are gone; null: all. */
  get gone(): ReadonlySet<string> | null {
    return this.#emptied ? null : this.#gone;
  }

  /** What was fetched, and this on top of it. Of a row that is neither there nor whole only the key is known: it goes to `lacking`. */
  over(rows: ReadonlyMap<string, Row>): { all: Map<string, Row>; lacking: readonly string[] } {
    const all = new Map(this.#emptied ? [] : rows);
    const lacking: string[] = [];
    for (const [key, row] of this.#rows) {
      if (row === null) all.delete(key);
      else if (this.#partial.has(key) && !all.has(key)) lacking.push(key);
      else all.set(key, { ...all.get(key), ...row });
    }
    return { all, lacking };
  }
}
