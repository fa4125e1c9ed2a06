import { WebSocketFactory, type WebSocketLikeConstructor } from '../api/WebSocketFactory.js';

/** @throws Error */
export function checkedVsn(vsn: string): '1.0.0' | '2.0.0' {
  if (vsn === '1.0.0' || vsn === '2.0.0') return vsn;
  throw new Error(`Unsupported serializer version: ${vsn}`);
}

/** With `ws` for `http`. */
export function asSocketUrl(url: string): string {
  return url.replace(/^http/iu, 'ws');
}

/** The runtime's class of sockets. Undefined where it has none: the manager then uses that of the package ws. */
export function ownTransport(): WebSocketLikeConstructor | undefined {
  return WebSocketFactory.isWebSocketSupported() ? WebSocketFactory.getWebSocketConstructor() : undefined;
}
