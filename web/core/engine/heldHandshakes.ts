/**
 * The longest that this runtime holds a WebSocket's handshake back after failed ones, without a sign: 60 s in Firefox
 * (`network.websocket.delay-failed-reconnects`), nothing elsewhere. Only the name of its engine gives it away.
 */
export function heldBackMs(): number {
  const agent = typeof navigator === 'object' ? navigator.userAgent : '';
  return /\bGecko\/\d/.test(agent) ? 60_000 : 0;
}
