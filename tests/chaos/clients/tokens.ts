import type { Backend } from 'switchboard-backend';

/** Gives access tokens; now and then late, or not at all. */
export class TokenSource {
  #blockedUntil = 0;
  asked = 0;

  constructor(private readonly backend: Backend) {}

  readonly token = async (): Promise<string> => {
    this.asked += 1;
    if (performance.now() < this.#blockedUntil) throw new Error('the sign-in service does not answer');
    return this.backend.signToken({ role: 'authenticated' });
  };

  block(ms: number): void {
    this.#blockedUntil = performance.now() + ms;
  }

  reset(): void {
    this.#blockedUntil = 0;
  }
}
