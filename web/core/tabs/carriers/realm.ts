import { messagePort, type Port } from '../wire/messages.js';

/** What the election of a leader needs of a page. */
export interface Realm {
  /** A BroadcastChannel of this name. What it posts comes to the others of the origin, not to itself. */
  channel(name: string, call: (message: unknown) => void): Channel;
  /** Both ends of a connection within the page. */
  pair(): [Port, Port];
  /** Calls back when the page is put away, is about to be frozen, and runs again after that, until `signal` fires. */
  watch(signal: AbortSignal, calls: { away: () => void; frozen: () => void; resumed: () => void }): void;
}

export interface Channel {
  post(message: unknown): void;
  close(): void;
}

export const pageRealm: Realm = {
  channel: (name, call) => {
    const channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }) => {
      call(data);
    };
    return {
      post: (message) => {
        channel.postMessage(message);
      },
      close: () => {
        channel.close();
      },
    };
  },
  pair: () => {
    const { port1, port2 } = new MessageChannel();
    return [messagePort(port1), messagePort(port2)];
  },
  watch: (signal, { away, frozen, resumed }) => {
    addEventListener('pagehide', away, { signal });
    document.addEventListener('freeze', frozen, { signal });
    document.addEventListener('resume', resumed, { signal });
  },
};
