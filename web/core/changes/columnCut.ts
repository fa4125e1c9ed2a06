import type { ValueReader } from './values.js';
import type { WireChange } from './wireChange.js';
import { ColumnLists } from './columnLists.js';

/** How every list of columns begins, with or without blanks after its colons. */
const START = '[{"name"';
/** What else begins like one, in rows with documents, is looked at as often as this. */
const MAX_STARTS = 4;
const MAX_LISTS = 64;
/** In longer texts, in characters, the list is too small a part to be worth the search. */
const MAX_LENGTH = 16_384;
const NOTHING = '[]';
/** Changes from which a list could not be learnt, before it is given up. */
const MAX_FAILURES = 1_000;

/**
 * Parses changes without their lists of columns. The server repeats a table's list with every change, where it is a third of the text: what is known
 * already is replaced by its number before the text is parsed.
 *
 * Where a list is, is guessed from its text, which a document in a row may contain as well. The parsed change shows whether the guess was right.
 */
export class ColumnCut {
  /** By number, from 1 on: `Number(null)` is 0. Not the core's. */
  readonly lists = new ColumnLists();
  readonly #texts: string[] = [NOTHING];
  #last = 0;
  #failures = 0;

  constructor() {
    this.lists.add([NOTHING]);
  }

  /** @throws SyntaxError when the text is not JSON, TypeError when it is null. */
  parse(text: string, values: ValueReader): WireChange {
    if (text.length > MAX_LENGTH) return values.parse(text) as WireChange;
    const at = this.#find(text);
    if (at !== -1) {
      const list = this.#last;
      const end = at + (this.#texts[list]?.length ?? 0);
      const change = values.parse(`${text.slice(0, at)}${list}${text.slice(end)}`) as WireChange;
      const columns = change.data?.columns;
      if (!Array.isArray(columns) && Number(columns) === list) return change;
    }
    const change = values.parse(text) as WireChange;
    this.#learn(text, change.data?.columns);
    return change;
  }

  /** Where a known list is, which is `#last` then; or -1. */
  #find(text: string): number {
    let at = text.indexOf(START);
    for (let starts = 0; at !== -1 && starts < MAX_STARTS; starts += 1) {
      if (this.#isAt(text, at, this.#last)) return at;
      for (let list = 1; list < this.#texts.length; list += 1) {
        if (!this.#isAt(text, at, list)) continue;
        this.#last = list;
        return at;
      }
      at = text.indexOf(START, at + 1);
    }
    return -1;
  }

  #isAt(text: string, at: number, list: number): boolean {
    const known = this.#texts[list] ?? '';
    return text.slice(at, at + known.length) === known;
  }

  #learn(text: string, columns: unknown): void {
    if (!Array.isArray(columns) || columns.length === 0) return;
    if (this.#texts.length > MAX_LISTS || this.#failures === MAX_FAILURES) return;
    const list = textOf(columns, text);
    if (list === null || this.#texts.includes(list)) {
      this.#failures += 1;
      return;
    }
    this.#texts.push(list);
    this.lists.add([list]);
  }
}

/** These columns as they are written in the text; null: not found. */
function textOf(columns: readonly unknown[], text: string): string | null {
  const expected = JSON.stringify(columns);
  let at = text.indexOf(START);
  for (let starts = 0; at !== -1 && starts < MAX_STARTS; starts += 1) {
    const list = text.slice(at, text.indexOf('}]', at) + 2);
    if (reads(list, expected)) return list;
    at = text.indexOf(START, at + 1);
  }
  return null;
}

function reads(list: string, expected: string): boolean {
  try {
    return JSON.stringify(JSON.parse(list)) === expected;
  } catch {
    return false;
  }
}
