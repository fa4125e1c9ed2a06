/** Whether requests can be sent. */
export type Connection = {
  readonly isOnline: () => boolean;
  /** Calls once, when requests can be sent again; the function that it returns takes that back. */
  readonly onceOnline: (callback: () => void) => () => void;
};

/** What the browser says of its network. */
export const browserConnection: Connection = {
  isOnline: () => navigator.onLine,
  onceOnline: (callback) => {
    window.addEventListener('online', callback, { once: true });
    return () => {
      window.removeEventListener('online', callback);
    };
  },
};

const FIRST_MS = 500;
const LONGEST_MS = 4_000;

/** How long to wait after so many failures in a row. Spread, so that not all windows ask at once. */
export function retryDelayMs(failures: number, random = Math.random()): number {
  return Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS) * (0.75 + random / 4);
}
