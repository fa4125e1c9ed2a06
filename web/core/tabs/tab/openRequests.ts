/** Requests of the present core that have no answer yet. Above they have ids that no other core's request ever has. */
export class OpenRequests {
  readonly #ofCore = new Map<number, number>();
  #lastId = 0;

  /** @returns its id above */
  add(request: number): number {
    this.#lastId += 1;
    this.#ofCore.set(this.#lastId, request);
    return this.#lastId;
  }

  /** What the core calls it, once; null for one of a core that is gone. */
  take(id: number): number | null {
    const request = this.#ofCore.get(id) ?? null;
    this.#ofCore.delete(id);
    return request;
  }

  /** Its ids above; the core wants no answer any more. */
  drop(request: number): number[] {
    const ids = [...this.#ofCore].filter(([, other]) => other === request).map(([id]) => id);
    for (const id of ids) this.#ofCore.delete(id);
    return ids;
  }

  /** All ids above, of which none counts any more. */
  clear(): number[] {
    const ids = [...this.#ofCore.keys()];
    this.#ofCore.clear();
    return ids;
  }
}
