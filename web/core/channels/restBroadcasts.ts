import { disposedError, SwitchboardError } from '../api/errors.js';
import { abortWith, reasonOf, throwIfAborted } from '../base/abort.js';
import type { CheckedBroadcast } from '../checks/channelOptions.js';
import type { EngineOptions } from '../engine/engine.js';
import { refusal, type Answer } from './restRefusal.js';

const JSON_TYPE = 'application/json';
const BYTES_TYPE = 'application/octet-stream';
const NOT_FOUND = 404;
/** A url can't have it as a part of its path, escaped or not. */
const DOTS = /^\.\.?$/u;

interface Request {
  readonly path: string;
  readonly type: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

/** Broadcasts over HTTP: by the endpoint of one topic, or on servers before 2.97, which lack it, by the one for several. */
export class RestBroadcasts {
  readonly #url: string;
  readonly #apikey: string;
  readonly #token: () => Promise<string>;
  readonly #redact: (text: string) => string;
  readonly #end = new AbortController();
  /** The server has only the endpoint for several. */
  #isOld = false;

  /** `token` gives the newest, empty for none. */
  constructor({ url, apikey }: EngineOptions, token: () => Promise<string>, redact: (text: string) => string) {
    this.#url = `${url.replace(/^ws/u, 'http')}/api/broadcast`;
    this.#apikey = apikey;
    this.#token = token;
    this.#redact = redact;
  }

  /** @throws SwitchboardError, or the reason of the signal */
  async send(name: string, event: string, checked: CheckedBroadcast): Promise<void> {
    const { signal, timeoutMs } = checked;
    if (signal !== null) throwIfAborted(signal);
    const stop = new AbortController();
    const abort = (reason: unknown): void => {
      abortWith(stop, reason);
    };
    const onAbort = (): void => {
      abort(signal === null ? null : reasonOf(signal));
    };
    const onEnd = (): void => {
      abort(disposedError());
    };
    const timer = setTimeout(() => {
      const message = `The server did not answer within ${timeoutMs} ms; the broadcast may have been delivered.`;
      abort(new SwitchboardError('SEND_TIMED_OUT', '', message));
    }, timeoutMs);
    signal?.addEventListener('abort', onAbort);
    this.#end.signal.addEventListener('abort', onEnd);
    try {
      await unlessAborted(this.#send(name, event, checked, stop.signal), stop.signal);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      this.#end.signal.removeEventListener('abort', onEnd);
    }
  }

  /** Gives up what is under way. */
  end(): void {
    this.#end.abort();
  }

  async #send(name: string, event: string, checked: CheckedBroadcast, signal: AbortSignal): Promise<void> {
    const token = await this.#newestToken();
    const { payload } = checked;
    const fitsPath = !DOTS.test(name) && !DOTS.test(event);
    if (!fitsPath && typeof payload !== 'string') throw unfit();
    if ((fitsPath && !this.#isOld) || typeof payload !== 'string') {
      const answer = await this.#post(single(name, event, checked), token, signal);
      if (answer.ok) return;
      if (answer.status !== NOT_FOUND || typeof payload !== 'string') {
        throw refusal(answer, { name, ...checked, hasToken: token !== '' });
      }
    }
    const answer = await this.#post(several(name, event, payload, checked), token, signal);
    if (!answer.ok) throw refusal(answer, { name, ...checked, hasToken: token !== '' });
    if (fitsPath) this.#isOld = true;
  }

  async #newestToken(): Promise<string> {
    try {
      return await this.#token();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `Nothing was sent, because there is no access token: ${this.#redact(reason)}`;
      throw new SwitchboardError('SEND_REFUSED', 'accessToken', message, error);
    }
  }

  async #post({ path, type, body }: Request, token: string, signal: AbortSignal): Promise<Answer> {
    const bearer = token === '' && this.#apikey.startsWith('eyJ') ? this.#apikey : token;
    const authorization = bearer === '' ? {} : { authorization: `Bearer ${bearer}` };
    const headers = { apikey: this.#apikey, 'content-type': type, ...authorization };
    let response: Response;
    let text: string;
    try {
      response = await fetch(this.#url + path, { method: 'POST', headers, body, signal });
      text = await response.text();
    } catch (error) {
      if (signal.aborted) throw reasonOf(signal);
      const reason = this.#redact(error instanceof Error ? error.message : String(error));
      const message = `The server could not be reached, or the answer was lost: ${reason}. The broadcast may have been delivered.`;
      throw new SwitchboardError('SEND_LOST', '', message, error);
    }
    return { ok: response.ok, status: response.status, text: this.#redact(text) };
  }
}

function unfit(): SwitchboardError {
  const message =
    'Over HTTP bytes can\'t go to a channel or event of the name "." or "..": send JSON, or over a channel.';
  return new SwitchboardError('INVALID_OPTION', 'payload', message);
}

function single(name: string, event: string, { payload, isPrivate }: CheckedBroadcast): Request {
  const path = `/${encodeURIComponent(name)}/events/${encodeURIComponent(event)}${isPrivate ? '?private=true' : ''}`;
  return { path, type: typeof payload === 'string' ? JSON_TYPE : BYTES_TYPE, body: payload };
}

function several(topic: string, event: string, payload: string, { isPrivate }: CheckedBroadcast): Request {
  // The payload is JSON already.
  const names = JSON.stringify({ topic, event, private: isPrivate });
  return { path: '', type: JSON_TYPE, body: `{"messages":[${names.slice(0, -1)},"payload":${payload}}]}` };
}

/** What comes after the signal has fired counts no more: the token's callback knows no signal. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(reasonOf(signal));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject);
  });
}
