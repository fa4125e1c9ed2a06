/**
 * Runs in a worker of its own, where browsers do not slow timers down: it gets a number of milliseconds, and sends a message each time they have passed.
 * See hiddenTicks.ts.
 */
interface TickScope {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: null): void;
}

const scope = self as unknown as TickScope;

scope.onmessage = ({ data }) => {
  setInterval(() => {
    scope.postMessage(null);
  }, Number(data));
};
