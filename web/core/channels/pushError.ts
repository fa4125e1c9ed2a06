import { SwitchboardError, type SwitchboardErrorCode } from '../api/errors.js';
import type { PushOutcome } from '../engine/engine.js';

const CODES: Readonly<Record<Exclude<PushOutcome, 'ok'>, SwitchboardErrorCode>> = {
  timedOut: 'SEND_TIMED_OUT',
  refused: 'SEND_REFUSED',
  lost: 'SEND_LOST',
  full: 'SEND_QUEUE_FULL',
  ended: 'CHANNEL_CLOSED',
  invalid: 'INVALID_OPTION',
};

/** The server's word for a payload above the project's limit. */
const TOO_LARGE = 'payload_size_exceeded';

interface Sent {
  readonly sender: { readonly name: string };
  readonly event: string;
}

/** Why a broadcast was not sent, or not surely. `message`: of the engine, or for `refused` of the server. */
export function pushError(
  outcome: Exclude<PushOutcome, 'ok'>,
  message: string,
  { sender, event }: Sent,
): SwitchboardError {
  const where = `The broadcast "${event}" on the channel "${sender.name}" failed.`;
  if (outcome !== 'refused') return new SwitchboardError(CODES[outcome], '', `${where} ${message}`);
  if (message.includes(TOO_LARGE)) {
    const limit = "The payload is above the project's limit (256 kB or 3,000 kB, by plan)";
    return new SwitchboardError(
      'PAYLOAD_TOO_LARGE',
      'payload',
      `${where} ${limit}: send it in parts, or where it is stored.`,
    );
  }
  return new SwitchboardError('SEND_REFUSED', '', `${where} The server refused it: ${message}`);
}

/** What is left when a handle or the manager ends. */
export function endedError({ name }: { readonly name: string }): SwitchboardError {
  return new SwitchboardError(
    'CHANNEL_CLOSED',
    '',
    `The handle of the channel "${name}" was closed before this was sent.`,
  );
}

/** Any use of a handle after its end. */
export function closedError({ name }: { readonly name: string }): SwitchboardError {
  return new SwitchboardError(
    'CHANNEL_CLOSED',
    '',
    `This handle of the channel "${name}" is closed: open another with manager.channel("${name}").`,
  );
}
