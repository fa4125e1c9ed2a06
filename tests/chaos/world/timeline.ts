/** What happened, newest last. Holds the last so many lines. */
export class Timeline {
  readonly #lines: string[] = [];
  readonly #begun = Date.now();

  constructor(
    private readonly limit = 20_000,
    private readonly echo: ((line: string) => void) | null = null,
  ) {}

  readonly note = (who: string, what: string): void => {
    const now = Date.now();
    const line = `${((now - this.#begun) / 1_000).toFixed(3)} ${new Date(now).toISOString()} ${who}: ${what}`;
    this.#lines.push(line);
    if (this.#lines.length > this.limit) this.#lines.splice(0, this.limit / 2);
    this.echo?.(line);
  };

  get lines(): readonly string[] {
    return this.#lines;
  }
}

export type Note = Timeline['note'];
