// @ts-check

/**
 * Makes this process look like a page that hears of its network, as far as a manager asks.
 *
 * @returns {{ setOnline: (online: boolean) => void, remove: () => void }}
 */
export function fakePage() {
  const target = new EventTarget();
  const page = { onLine: true, userAgent: 'marks' };
  const globals = {
    navigator: page,
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
  };
  const before = Object.keys(globals).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  return {
    setOnline(online) {
      page.onLine = online;
      target.dispatchEvent(new Event(online ? 'online' : 'offline'));
    },
    remove() {
      for (const [name, descriptor] of before) {
        if (descriptor === undefined) Reflect.deleteProperty(globalThis, String(name));
        else Object.defineProperty(globalThis, String(name), descriptor);
      }
    },
  };
}
