/** An element of a PostgreSQL array: text, NULL, or a nested array. */
export type LiteralItem = string | null | readonly LiteralItem[];

/**
 * Reads PostgreSQL's text form of an array, such as `{1,NULL,"a,\"b\"",{x}}`. Null when the text is no such literal (a dimension
 * prefix like `[2:3]=` is not read either).
 */
export function parseArrayLiteral(text: string): readonly LiteralItem[] | null {
  const reader = new Reader(text);
  const items = reader.array();
  return items !== null && reader.atEnd ? items : null;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at === this.#text.length;
  }

  array(): readonly LiteralItem[] | null {
    if (!this.#take('{')) return null;
    const items: LiteralItem[] = [];
    if (this.#take('}')) return items;
    do {
      const item = this.#item();
      if (item === undefined) return null;
      items.push(item);
    } while (this.#take(','));
    return this.#take('}') ? items : null;
  }

  /** Undefined: malformed. */
  #item(): LiteralItem | undefined {
    const next = this.#text.charAt(this.#at);
    if (next === '{') return this.array() ?? undefined;
    if (next === '"') return this.#quoted();
    const bare = /[^,{}"]+/uy;
    bare.lastIndex = this.#at;
    const match = bare.exec(this.#text);
    if (match === null) return undefined;
    this.#at = bare.lastIndex;
    const word = match[0].trim();
    return word.toUpperCase() === 'NULL' ? null : word;
  }

  #quoted(): string | undefined {
    const quoted = /"((?:[^"\\]|\\.)*)"/suy;
    quoted.lastIndex = this.#at;
    const match = quoted.exec(this.#text);
    if (match?.[1] === undefined) return undefined;
    this.#at = quoted.lastIndex;
    return match[1].replace(/\\(.)/gsu, '$1');
  }

  #take(char: string): boolean {
    if (this.#text.charAt(this.#at) !== char) return false;
    this.#at += 1;
    return true;
  }
}
