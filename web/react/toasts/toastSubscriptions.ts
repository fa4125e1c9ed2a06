import type { InsertPayload, RealtimeManager, Road, UntypedRow } from '../../core/index.js';
import { SharedSubscriptions, type SubscriptionHandlers, type Retained } from '../sharing/sharedSubscriptions.js';
import type { Toaster, ToastMessage } from '../toaster.js';

/** At most this many toasts of one feature at once; one more message counts the rest. */
const AT_ONCE = 3;
const EVERY_MS = 1_000;

/** Which inserts are shown as toasts, and in what words. */
export interface ToastedInserts {
  readonly table: string;
  readonly schema: string;
  readonly filter: string | undefined;
  readonly via: 'auto' | Road | undefined;
  /** The message for a row; null: none. */
  readonly toast: (row: UntypedRow) => ToastMessage | null;
  /** The message for the rows beyond those that have a toast each. */
  readonly more: (count: number) => ToastMessage;
}

/**
 * Shows toasts for inserted rows, for one manager and one toaster. Each row is shown once, however many components ask for it. After a quiet second the
 * first row is shown at once; then toasts come at most every second, and no more than a few at a time.
 */
export class ToastSubscriptions {
  readonly #shared: SharedSubscriptions<SubscriptionHandlers>;
  readonly #toaster: Toaster;

  constructor(manager: RealtimeManager, toaster: Toaster) {
    this.#toaster = toaster;
    this.#shared = new SharedSubscriptions(manager, () => ({ onEvent: () => undefined }));
  }

  /**
   * @param key equal for inserts that are shown in the same words.
   * @throws SwitchboardError when the rows can't be subscribed to.
   */
  retain(key: string, inserts: ToastedInserts): Retained {
    const { table, schema, filter, via } = inserts;
    const delivery = { mode: 'throttle', everyMs: EVERY_MS } as const;
    const options = { table, schema, filter, via, event: 'INSERT', delivery } as const;
    const makeHandlers = (): SubscriptionHandlers => ({
      onEvent: (changes) => {
        this.#show(inserts, changes as readonly InsertPayload[]);
      },
    });
    return this.#shared.retain(JSON.stringify([key, options]), options, makeHandlers).retained;
  }

  #show({ toast, more, schema, table }: ToastedInserts, changes: readonly InsertPayload[]): void {
    const messages: [ToastMessage, UntypedRow][] = [];
    for (const change of changes) {
      const message = isReadable(change) ? toast(change.new) : null;
      // The same id: a row that comes again replaces its first message.
      if (message !== null) messages.push([{ id: `${schema}.${table}:${idOf(change.new)}`, ...message }, change.new]);
    }
    const shown = messages.length > AT_ONCE + 1 ? AT_ONCE : messages.length;
    for (const [message, row] of messages.slice(0, shown)) this.#toaster(message, row);
    if (messages.length > shown) this.#toaster({ id: `${schema}.${table}:more`, ...more(messages.length - shown) });
  }
}

/**
 * False for a change that came without its row, as one does that the reader has no right to see. One that is too large for the server ("Error 413") comes
 * with its short values.
 */
function isReadable({ errors }: InsertPayload): boolean {
  return errors === null || errors.every((error) => error.includes('413'));
}

function idOf(row: UntypedRow): string {
  return JSON.stringify(row['id'] ?? row);
}
