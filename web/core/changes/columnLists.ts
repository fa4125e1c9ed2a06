import type { RowConverter, Column } from './convert.js';
import type { ValueReader } from './values.js';

interface List {
  readonly text: string;
  /** These are made at the first use. */
  columns: readonly Column[] | null;
  convert: RowConverter | null;
}

/** Lists of columns, by number. A table's list is read once, not with every change. */
export class ColumnLists {
  #lists: List[] = [];

  /** Of another core, from now on. */
  clear(): void {
    this.#lists = [];
  }

  /** Takes the next ones, as the server wrote them. */
  add(texts: readonly string[]): void {
    for (const text of texts) this.#lists.push({ text, columns: null, convert: null });
  }

  /** @throws SyntaxError when the list is not JSON. */
  converter(list: number, values: ValueReader): RowConverter {
    const known = this.#at(list);
    known.convert ??= values.converter(this.columns(list));
    return known.convert;
  }

  /** The same array each time. @throws SyntaxError when the list is not JSON. */
  columns(list: number): readonly Column[] {
    const known = this.#at(list);
    known.columns ??= JSON.parse(known.text) as readonly Column[];
    return known.columns;
  }

  #at(list: number): List {
    const known = this.#lists[list];
    if (known === undefined) throw new RangeError(`there is no list of columns ${list}`);
    return known;
  }
}
