/** What `AbortSignal` has learnt since the oldest browsers that are supported. */

/** Aborts with a reason that can be read from the signal, also where `abort` takes none. */
export function abortWith(controller: AbortController, reason: unknown): void {
  if (!('reason' in controller.signal)) Object.defineProperty(controller.signal, 'reason', { value: reason });
  controller.abort(reason);
}

/** Why it fired. */
export function reasonOf(signal: AbortSignal): Error {
  return (signal.reason as Error | undefined) ?? new DOMException('it was aborted', 'AbortError');
}

/** Throws the signal's reason if it has fired. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw reasonOf(signal);
}
