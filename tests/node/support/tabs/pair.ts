import type { Port } from '../../../../web/core/tabs/wire/messages.js';

/** Both ends of a connection. Messages arrive at the end of the turn, as copies. */
export function pair(): [Port, Port] {
  const calls: [(message: unknown) => void, (message: unknown) => void] = [() => undefined, () => undefined];
  const port = (own: 0 | 1): Port => ({
    post: (message) => {
      const copy = structuredClone(message);
      queueMicrotask(() => {
        calls[own === 0 ? 1 : 0](copy);
      });
    },
    listen: (call) => {
      calls[own] = call;
    },
    close: () => {
      calls[own] = () => undefined;
    },
  });
  return [port(0), port(1)];
}
