/** What a {@link SwitchboardError} is about. Stable: safe to compare with in code. */
export type SwitchboardErrorCode =
  /** An option that does not exist; the message names the nearest one. */
  | 'UNKNOWN_OPTION'
  /** An option that can't be left out. */
  | 'MISSING_OPTION'
  /** A value of the wrong type or out of range. */
  | 'INVALID_OPTION'
  /** A `filter` that Realtime would refuse or misread. */
  | 'INVALID_FILTER'
  /** `ws:` or `http:` from a page that came over https. */
  | 'INSECURE_URL'
  /** A subscription id that this manager never gave out. */
  | 'UNKNOWN_SUBSCRIPTION'
  /** The shared `realtimeManager` was used before `configureRealtime`. */
  | 'NOT_CONFIGURED'
  /** `configureRealtime` was called while the shared manager is in use. */
  | 'ALREADY_CONFIGURED'
  /** The manager was used after `dispose()`. */
  | 'DISPOSED'
  /** The WebAssembly core could not be loaded. Only from `ready()`. */
  | 'LOAD_FAILED'
  /** A handle of a channel was used after its `close()`, or closed while something waited to be sent. */
  | 'CHANNEL_CLOSED'
  /** A handle asks for what an open handle of the same name excludes, such as private and public. */
  | 'CHANNEL_CONFLICT'
  /** More than the server takes: a broadcast, or what is tracked. */
  | 'PAYLOAD_TOO_LARGE'
  /** The channel was not joined, or the server did not answer, in time. */
  | 'SEND_TIMED_OUT'
  /** The server refused a broadcast; the message says why. */
  | 'SEND_REFUSED'
  /** The connection was lost before the answer: the broadcast may have arrived or not. */
  | 'SEND_LOST'
  /** Too much waits to be sent already. */
  | 'SEND_QUEUE_FULL'
  /** The bytes are no recording, or one that this package can't read. Only from `readRecording()`. */
  | 'BAD_RECORDING'
  /** There is nothing to record, or the option `recorder` is false. Only from `record()`. */
  | 'NO_RECORDING';

/**
 * A mistake in a call, thrown at that call, or why a broadcast could not be sent. What else goes wrong later, on the
 * network or at the server, is never thrown: it arrives as status.
 *
 * `message` says what is wrong and how to fix it; it never contains a token or an api key.
 */
export class SwitchboardError extends Error {
  override readonly name = 'SwitchboardError';
  readonly code: SwitchboardErrorCode;
  /** The option or argument at fault; empty when none is. */
  readonly option: string;

  constructor(code: SwitchboardErrorCode, option: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.option = option;
  }
}

/** Any use of a manager after its end. */
export function disposedError(): SwitchboardError {
  return new SwitchboardError(
    'DISPOSED',
    '',
    'This manager was disposed of: make a new one with createRealtimeManager.',
  );
}
