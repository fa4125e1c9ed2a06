import type { RealtimeBroadcastPersist, RealtimeChannelSendResponse } from '../api/options.js';
import type { Handle, SendSettings } from './port.js';

/** What of an error of a manager's `send` is used. */
interface SendError {
  code?: unknown;
  message?: unknown;
}

/** Sends over the handle. Does not reject: what failed is the answer, and `explain` gets the reason. */
export async function sendOver(
  handle: Handle,
  event: string,
  payload: unknown,
  settings: SendSettings,
  explain: (reason: string) => void,
): Promise<RealtimeChannelSendResponse> {
  try {
    await handle.send(event, payload, settings);
    return 'ok';
  } catch (error) {
    const { code, message } = error as SendError;
    explain(String(message));
    if (code === 'SEND_TIMED_OUT') return 'timed out';
    return settings.persist !== false && code === 'SEND_REFUSED' ? String(message) : 'error';
  }
}

/** Resolves with 'ok' when the handle is live, and with 'timed out' when it is not after this many ms. */
export function whenLive(handle: Handle, timeoutMs: number): Promise<RealtimeChannelSendResponse> {
  if (handle.status().state === 'live') return Promise.resolve('ok');
  return new Promise((resolve) => {
    const settle = (answer: RealtimeChannelSendResponse): void => {
      clearTimeout(timer);
      stop();
      resolve(answer);
    };
    const timer = setTimeout(() => {
      settle('timed out');
    }, timeoutMs);
    const stop = handle.onStatus(({ state }) => {
      if (state === 'live') settle('ok');
      if (state === 'closed') settle('error');
    });
  });
}

/** In the manager's form. */
export function persistSetting(persist: RealtimeBroadcastPersist | undefined): SendSettings['persist'] {
  if (typeof persist !== 'object') return persist === true;
  return persist.ttl === undefined ? true : { ttlSeconds: persist.ttl };
}
