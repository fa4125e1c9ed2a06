import type { InsertPayload, RealtimeManager, UntypedRow } from '../../core/index.js';
import { SharedLines, type Line, type Retained } from '../sharedLines.js';
import type { Toaster, ToastMessage } from '../toaster.js';

/** At most so many of one feature at once; the rest are told in one more message. */
const AT_ONCE = 3;
const EVERY_MS = 1_000;

/** Which inserts are told, and in what words. */
export interface ToldInserts {
  readonly table: string;
  readonly schema: string;
  readonly filter: string | undefined;
  /** The message for a row; null: none. */
  readonly toast: (row: UntypedRow) => ToastMessage | null;
  /** The message for rows beyond what is told one by one. */
  readonly more: (count: number) => ToastMessage;
}

/**
 * Tells of inserted rows, for one manager and one toaster. However many components want it, each row is told once. The first of a quiet second is told at
 * once, then at most every second, and no more than a few at a time.
 */
export class ToastLines {
  readonly #lines: SharedLines<Line>;
  readonly #toaster: Toaster;

  constructor(manager: RealtimeManager, toaster: Toaster) {
    this.#toaster = toaster;
    this.#lines = new SharedLines(manager, () => ({ onEvent: () => undefined }));
  }

  /**
   * @param key equal for what is told in the same words.
   * @throws SwitchboardError when the rows can't be subscribed to.
   */
  retain(key: string, inserts: ToldInserts): Retained {
    const { table, schema, filter } = inserts;
    const delivery = { mode: 'throttle', everyMs: EVERY_MS } as const;
    const options = { table, schema, filter, event: 'INSERT', delivery } as const;
    const makeLine = (): Line => ({
      onEvent: (changes) => {
        this.#tell(inserts, changes as readonly InsertPayload[]);
      },
    });
    return this.#lines.retain(JSON.stringify([key, options]), options, makeLine).retained;
  }

  #tell({ toast, more, schema, table }: ToldInserts, changes: readonly InsertPayload[]): void {
    const messages: ToastMessage[] = [];
    for (const change of changes) {
      const message = isReadable(change) ? toast(change.new) : null;
      // A row that is told again replaces its first message.
      if (message !== null) messages.push({ id: `${schema}.${table}:${idOf(change.new)}`, ...message });
    }
    const shown = messages.length > AT_ONCE + 1 ? AT_ONCE : messages.length;
    for (const message of messages.slice(0, shown)) this.#toaster(message);
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
