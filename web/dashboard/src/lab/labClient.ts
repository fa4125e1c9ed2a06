import { createContext, useContext } from 'react';
import type { Road } from 'switchboard-realtime';

export type Switch = 'cut' | 'half-open' | 'restart' | 'expire-token';
/** What takes a while, in which the bookings of a business change. */
export type Trial = 'replication-away' | 'large-transaction';

/** The fault switches of the local backend that `npm start` runs. A real project has no such door. */
export class LabClient {
  readonly #endpoint: string;

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  async throwSwitch(name: Switch): Promise<void> {
    await this.#post(name, {});
  }

  /** Has so many changes made to a business's bookings; the rows end as they began. Resolves with how many there were. */
  async burst(businessId: string, changes: number): Promise<number> {
    const { changes: made } = await this.#post('burst', { businessId, changes });
    return Number(made);
  }

  /** Has the next change that comes on this road lost on its way to every window. */
  async loseNext(via: Road): Promise<void> {
    await this.#post('lose-next', { via });
  }

  /** Resolves when it is over. */
  async attempt(name: Trial, businessId: string): Promise<void> {
    await this.#post(name, { businessId });
  }

  /** A signed-in user's token, as a sign-in would give it. */
  async token(): Promise<string> {
    const { token } = await this.#post('token', {});
    return String(token);
  }

  async #post(name: string, body: object): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.#endpoint}/${name}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`HTTP ${response.status}: ${(await response.text()).slice(0, 200)}`);
    return (await response.json()) as Record<string, unknown>;
  }
}

/** Null when there is no lab. */
export const LabContext = createContext<LabClient | null>(null);

export function useLab(): LabClient | null {
  return useContext(LabContext);
}
