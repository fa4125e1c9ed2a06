import { createContext, useContext } from 'react';

export type Switch = 'cut' | 'half-open' | 'restart' | 'expire-token';

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
