/** Values by subscription and a key of its own, so that all of one subscription can be dropped at once. */
export class PerSubscription<Key, Value> {
  readonly #values = new Map<number, Map<Key, Value>>();

  get(subscription: number, key: Key): Value | undefined {
    return this.#values.get(subscription)?.get(key);
  }

  set(subscription: number, key: Key, value: Value): void {
    const own = this.#values.get(subscription) ?? new Map<Key, Value>();
    this.#values.set(subscription, own);
    own.set(key, value);
  }

  /** False when there is none. */
  delete(subscription: number, key: Key): boolean {
    const own = this.#values.get(subscription);
    if (own?.delete(key) !== true) return false;
    if (own.size === 0) this.#values.delete(subscription);
    return true;
  }

  /** A copy. */
  of(subscription: number): readonly Value[] {
    return [...(this.#values.get(subscription)?.values() ?? [])];
  }

  /** Drops all of the subscription. */
  drop(subscription: number): void {
    this.#values.delete(subscription);
  }
}
