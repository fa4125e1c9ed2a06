/** Entries of the status by id, each frozen, and the list of them. Both are the same objects until something changed. */
export class Entries<Entry extends { readonly id: number }> {
  readonly #byId = new Map<number, Entry>();
  readonly #none: readonly Entry[];
  #list: readonly Entry[] | null;

  /** `none`: the list when there is nothing in it at first, or after `clear`. */
  constructor(none: readonly Entry[]) {
    this.#none = none;
    this.#list = none;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** By id, ascending. */
  get list(): readonly Entry[] {
    this.#list ??= Object.freeze([...this.#byId.values()].sort((a, b) => a.id - b.id));
    return this.#list;
  }

  get(id: number): Entry | undefined {
    return this.#byId.get(id);
  }

  values(): IterableIterator<Entry> {
    return this.#byId.values();
  }

  /** Freezes the entry. False when it is as before. */
  set(entry: Entry): boolean {
    const before = this.#byId.get(entry.id);
    if (before !== undefined && sameFields(before, entry)) return false;
    this.#byId.set(entry.id, Object.freeze(entry));
    this.#list = null;
    return true;
  }

  /** False when there is none. */
  delete(id: number): boolean {
    if (!this.#byId.delete(id)) return false;
    this.#list = null;
    return true;
  }

  clear(): void {
    this.#byId.clear();
    this.#list = this.#none;
  }
}

function sameFields<T extends object>(a: T, b: T): boolean {
  const keys = Object.keys(b) as (keyof T)[];
  return keys.every((key) => Object.is(a[key], b[key]));
}
