/** Web Locks, as far as they are needed: who holds one lives. */
export interface Locks {
  /** Resolves when the lock is held, with the way to give it back. Rejects when `signal` fires before. */
  hold(name: string, signal: AbortSignal): Promise<() => void>;
  /** Calls back when nobody holds the lock, unless `signal` fires before. */
  whenFree(name: string, signal: AbortSignal, call: () => void): void;
  /**
   * Calls `granted` when the lock is held, and keeps it until `signal` fires, or another seizes it: then calls `lost`. `seize`: takes it from whoever
   * holds it, who may notice that much later.
   */
  lead(name: string, seize: boolean, signal: AbortSignal, calls: { granted: () => void; lost: () => void }): void;
  /** Takes it from whoever holds it, and gives it back. */
  seize(name: string): void;
  /** The names of all locks that are held. Rejects where nobody may use locks, as in frames without an origin. */
  held(): Promise<readonly string[]>;
}

/** Those of the browser; null where there are none, as on pages that came over http. */
export function webLocks(): Locks | null {
  const { locks } = (typeof navigator === 'object' ? navigator : {}) as { locks?: LockManager };
  if (typeof locks?.request !== 'function') return null;
  return {
    hold: (name, signal) =>
      new Promise((resolve, reject) => {
        const held = (): Promise<void> | undefined => {
          if (signal.aborted) return undefined;
          return new Promise((release) => {
            resolve(release);
          });
        };
        locks.request(name, { signal }, held).then(() => {
          reject(new Error('it was not wanted any more'));
        }, reject);
      }),
    whenFree: (name, signal, call) => {
      locks.request(name, { signal, mode: 'shared' }, call).catch(() => undefined);
    },
    lead: (name, seize, signal, { granted, lost }) => {
      let isHeld = false;
      const held = (): Promise<void> | undefined => {
        if (signal.aborted) return undefined;
        isHeld = true;
        granted();
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            resolve();
          });
        });
      };
      // The two options exclude each other.
      locks.request(name, seize ? { steal: true } : { signal }, held).catch(() => {
        if (isHeld && !signal.aborted) lost();
      });
    },
    seize: (name) => {
      locks.request(name, { steal: true }, () => undefined).catch(() => undefined);
    },
    held: async () => {
      const { held = [] } = await locks.query();
      return held.map(({ name }) => name ?? '');
    },
  };
}
