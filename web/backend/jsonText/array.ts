/** Turns an array's PostgreSQL text, such as `{1,2}`, `{{a},{b}}` or `[0:1]={x,NULL}`, into JSON text. */
export function arrayToJson(text: string, delimiter: string, element: (text: string) => string): string {
  const parser = new ArrayParser(text, delimiter, element);
  return parser.parse();
}

class ArrayParser {
  readonly #text: string;
  readonly #delimiter: string;
  readonly #element: (text: string) => string;
  #at: number;

  constructor(text: string, delimiter: string, element: (text: string) => string) {
    this.#text = text;
    this.#delimiter = delimiter;
    this.#element = element;
    this.#at = text.startsWith('[') ? text.indexOf('=') + 1 : 0;
  }

  parse(): string {
    this.#at += 1;
    const items: string[] = [];
    while (this.#text[this.#at] !== '}') {
      if (this.#text[this.#at] === this.#delimiter) this.#at += 1;
      items.push(this.#item());
    }
    this.#at += 1;
    return `[${items.join(', ')}]`;
  }

  #item(): string {
    const first = this.#text[this.#at];
    if (first === '{') return this.parse();
    if (first === '"') return this.#element(this.#quoted());
    const start = this.#at;
    while (this.#text[this.#at] !== this.#delimiter && this.#text[this.#at] !== '}') this.#at += 1;
    const bare = this.#text.slice(start, this.#at);
    return bare === 'NULL' ? 'null' : this.#element(bare);
  }

  #quoted(): string {
    let value = '';
    let start = (this.#at += 1);
    for (;;) {
      const char = this.#text[this.#at];
      if (char === '"') break;
      if (char === '\\') {
        value += this.#text.slice(start, this.#at);
        start = this.#at += 1;
      }
      this.#at += 1;
    }
    value += this.#text.slice(start, this.#at);
    this.#at += 1;
    return value;
  }
}
