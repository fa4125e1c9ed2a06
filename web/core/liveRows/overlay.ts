/** What arrived since a fetch began, by key: it goes on top of what is fetched. */
export class Overlay<Row extends object> {
  readonly #rows = new Map<string, Row | null>();
  /** Keys that came to the rows meanwhile, so that the fetch's own count may not have them. */
  readonly #entered = new Set<string>();
  readonly #gone = new Set<string>();

  /** `entered`: it was not among the rows before this change. */
  put(key: string, row: Row, entered: boolean): void {
    const noted = this.#rows.get(key);
    this.#rows.set(key, noted === undefined || noted === null ? row : { ...noted, ...row });
    if (entered && !this.#gone.delete(key)) this.#entered.add(key);
  }

  /** `wasThere`: it was among the rows before this change, as far as is known. */
  remove(key: string, wasThere: boolean): void {
    this.#rows.set(key, null);
    if (wasThere && !this.#entered.delete(key)) this.#gone.add(key);
  }

  /** The keys of rows that were there when the fetch began, and are gone. */
  get gone(): ReadonlySet<string> {
    return this.#gone;
  }

  /** What was fetched, and this on top of it. */
  over(rows: ReadonlyMap<string, Row>): Map<string, Row> {
    const all = new Map(rows);
    for (const [key, row] of this.#rows) {
      if (row === null) all.delete(key);
      else all.set(key, { ...all.get(key), ...row });
    }
    return all;
  }
}
