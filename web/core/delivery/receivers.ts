import type { ChangePayload } from '../api/payload.js';
import type { Receiver } from '../subscriptions/subscription.js';
import type { Column } from '../changes/convert.js';
import type { DeliverySpec } from '../engine/engine.js';

/** In every change that came without its values, and seldom in others. */
const ERRORS = /"errors":\s*\[\s*"/u;

/** One call per change. */
function receiveEach(onEvent: (payload: ChangePayload) => void): Receiver {
  return (incoming, subscription, call) => {
    const { payloads } = incoming;
    // By index: an iterator for each call costs a fifth of a delivery to many subscribers.
    let at = 0;
    while (at < payloads.length && call(subscription, onEvent, payloads[at] as ChangePayload)) at += 1;
  };
}

/** One call per delivery, with all its changes. */
function receiveAll(onEvent: (payloads: readonly ChangePayload[]) => void): Receiver {
  return (incoming, subscription, call) => {
    call(subscription, onEvent, incoming.payloads);
  };
}

/** Changes with the columns of their tables. */
export type RowsHandler = (changes: readonly ChangePayload[], columnsOf: (at: number) => readonly Column[]) => void;

/** One call per delivery, with all its changes, also where each comes by itself. */
export function receiveRows(onChanges: RowsHandler): Receiver {
  return (incoming, subscription, call) => {
    const { payloads } = incoming;
    const onEvent = (changes: readonly ChangePayload[]): void => {
      onChanges(changes, (at) => incoming.columnsOf(at));
    };
    call(subscription, onEvent, payloads);
  };
}

/** One call per delivery, with the number of changes. */
function receiveCount(onEvent: (changes: { readonly count: number }) => void): Receiver {
  return ({ count }, subscription, call) => {
    call(subscription, onEvent, { count });
  };
}

/** One call per delivery, with its text unparsed. `onText` throws a SyntaxError for a text that it can't read. */
export function receiveText(onText: (text: string) => void): Receiver {
  const unreadable: SyntaxError[] = [];
  const read = (text: string): void => {
    try {
      onText(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      unreadable.push(error);
    }
  };
  return (incoming, subscription, call) => {
    call(subscription, read, incoming.text);
    const error = unreadable.pop();
    if (error !== undefined) throw error;
    if (ERRORS.test(incoming.text)) incoming.read();
  };
}

/** `onEvent` takes what the option `delivery` says; the public types see to that. */
export function receiverFor(delivery: DeliverySpec | undefined, onEvent: (event: never) => void): Receiver {
  if (delivery?.payload === false) return receiveCount(onEvent as Parameters<typeof receiveCount>[0]);
  if (delivery === undefined) return receiveEach(onEvent as Parameters<typeof receiveEach>[0]);
  return receiveAll(onEvent as Parameters<typeof receiveAll>[0]);
}
