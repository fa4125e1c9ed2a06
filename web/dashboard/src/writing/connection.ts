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
