/** What of a WebSocket is used. */
export interface WebSocketLike {
  readonly CONNECTING: number;
  readonly OPEN: number;
  readonly CLOSING: number;
  readonly CLOSED: number;
  readonly readyState: number;
  readonly url: string;
  readonly protocol: string;
  close(code?: number, reason?: string): void;
  send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void;
  // `any`: implementations declare `this` and their events each in their own way.
  onopen: ((this: any, ev: Event) => any) | null;
  onmessage: ((this: any, ev: MessageEvent) => any) | null;
  onclose: ((this: any, ev: CloseEvent) => any) | null;
  onerror: ((this: any, ev: Event) => any) | null;
  addEventListener(type: string, listener: EventListener): void;
  removeEventListener(type: string, listener: EventListener): void;
  binaryType?: string;
  bufferedAmount?: number;
  extensions?: string;
  dispatchEvent?: (event: Event) => boolean;
}

/** The class of sockets that the option `transport` takes. */
export interface WebSocketLikeConstructor {
  new (address: string | URL, subprotocols?: string | string[]): WebSocketLike;
  [key: string]: any;
}

/** What there is of sockets in this runtime, or else why not, and what to do. */
export interface WebSocketEnvironment {
  type: 'native' | 'cloudflare' | 'unsupported';
  wsConstructor?: typeof WebSocket;
  error?: string;
  workaround?: string;
}

interface Runtime {
  WebSocket?: typeof WebSocket;
  WebSocketPair?: unknown;
  EdgeRuntime?: unknown;
  navigator?: { userAgent?: string };
  process?: { versions?: { node?: string } | null };
}

/** The runtime's own class of sockets. */
// A class, since that is what realtime-js exports.
// eslint-disable-next-line @typescript-eslint/no-extraneous-class
export class WebSocketFactory {
  /** @throws Error where there is none; the message says what to do. */
  static getWebSocketConstructor(): typeof WebSocket {
    const { wsConstructor, error, workaround } = this.detectEnvironment();
    if (wsConstructor !== undefined) return wsConstructor;
    const why = error ?? 'WebSocket not supported in this environment.';
    throw new Error(workaround === undefined ? why : `${why}\n\nSuggested solution: ${workaround}`);
  }

  static isWebSocketSupported(): boolean {
    try {
      return this.detectEnvironment().type === 'native';
    } catch {
      // Some runtimes throw where others have nothing.
      return false;
    }
  }

  private static detectEnvironment(): WebSocketEnvironment {
    const runtime = globalThis as Runtime;
    if (runtime.WebSocket !== undefined) return { type: 'native', wsConstructor: runtime.WebSocket };
    if (runtime.WebSocketPair !== undefined) {
      return {
        type: 'cloudflare',
        error: 'Cloudflare Workers detected. WebSocket clients are not supported in Cloudflare Workers.',
        workaround: 'Use Cloudflare Workers WebSocket API, or another runtime.',
      };
    }
    if (runtime.EdgeRuntime !== undefined || runtime.navigator?.userAgent?.includes('Vercel-Edge') === true) {
      return {
        type: 'unsupported',
        error: 'Edge runtime detected (Vercel Edge/Netlify Edge). WebSockets are not supported in edge functions.',
        workaround: 'Use a serverless function, or another place for it.',
      };
    }
    if ((runtime.process?.versions?.node ?? '') !== '') {
      return {
        type: 'unsupported',
        error: 'Node.js detected but native WebSocket not found.',
        workaround:
          'Ensure you are running Node.js 22+ or provide a WebSocket implementation via the transport option.',
      };
    }
    return {
      type: 'unsupported',
      error: 'Unknown JavaScript runtime without WebSocket support.',
      workaround: 'Give a class of sockets as the transport option.',
    };
  }
}
