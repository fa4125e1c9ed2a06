import { createContext, useContext, useEffect, useRef } from 'react';
import { toast, type ExternalToast } from 'sonner';
import type { UntypedRow } from 'switchboard-realtime';
import type { Toaster, ToastMessage } from 'switchboard-realtime/react';
import { sonnerToaster } from 'switchboard-realtime/react/sonner';
import type { TableName } from '../data/database.js';

type Id = number | string;

// Long enough to read a toast and press its button.
const ACTION_MS = 15_000;

/** For a toast with a button that need not be pressed. */
export function withAction(label: string, onClick: () => void) {
  return { action: { label, onClick }, duration: ACTION_MS, closeButton: true };
}

type Confirmation = {
  readonly title: string;
  readonly description: string;
  /** Leads to the row; absent when it is on display. */
  readonly show?: (() => void) | undefined;
};

/** The id that the package gives to the toast of a new row. */
function rowToastId(table: TableName, id: Id): string {
  return `public.${table}:${JSON.stringify(id)}`;
}

/** A row of whose status something is said. */
export type ChangedRow = { readonly id: Id; readonly version: number; readonly status: string };

/** Toasts of rows whose status was changed in this window, by `rowToastId`. */
const changes = new Map<string, { readonly toastId: Id; readonly row: ChangedRow }>();

/**
 * Says that the status of a row was changed here, or why not, in place of what was said of the row before. Goes when somebody changes the status again.
 *
 * @param row as it is now
 */
export function toastChange(
  table: TableName,
  row: ChangedRow,
  title: string,
  options: ExternalToast,
  show: typeof toast.error = toast,
): void {
  const key = rowToastId(table, row.id);
  endChange(key);
  // An id of its own: under one that is fading out it would go with that.
  changes.set(key, { toastId: show(title, options), row });
}

function endChange(key: string): void {
  const change = changes.get(key);
  if (change === undefined) return;
  changes.delete(key);
  toast.dismiss(change.toastId);
}

/** Toasts of rows: what others add is news; what is added here is confirmed, and is no news when it comes in over realtime. */
export class RowToasts {
  readonly #own = new Set<string>();
  /** What confirms rows that are being added here, by idempotency key. */
  readonly #expected = new Map<unknown, (row: UntypedRow) => void>();
  readonly #staffName: (row: UntypedRow) => string | undefined;

  /** @param staffName of the person whom a row is about; undefined: not known */
  constructor(staffName: (row: UntypedRow) => string | undefined) {
    this.#staffName = staffName;
  }

  /** For RealtimeProvider. */
  readonly toaster: Toaster = (message, row) => {
    const arrived = row === undefined ? undefined : this.#expected.get(row['idempotency_key']);
    if (row !== undefined && arrived !== undefined) arrived(row);
    else if (message.id === undefined || !this.#own.has(message.id)) sonnerToaster(this.#named(message, row));
  };

  /** Has a row with this idempotency key, which is about to be added here, given to `arrived` when it comes in over realtime: it is no news. */
  expect(key: string, arrived: (row: UntypedRow) => void): void {
    this.#expected.set(key, arrived);
  }

  /** Confirms a row that was added here. */
  added(table: TableName, id: Id, { title, description, show }: Confirmation): void {
    toast.success(title, {
      id: this.#take(table, id),
      description,
      ...(show === undefined ? {} : withAction('Show', show)),
    });
  }

  /** Says something of a row that others have added, in place of the news that it was. */
  insteadOfNews(table: TableName, id: Id, { title, description }: Confirmation): void {
    toast(title, { id: this.#take(table, id), description });
  }

  /** Says who has clocked in: the row has only the number of the person. */
  #named(message: ToastMessage, row: UntypedRow | undefined): ToastMessage {
    const isOfAttendance = row !== undefined && message.id === rowToastId('staff_attendance', row['id'] as Id);
    const name = isOfAttendance ? this.#staffName(row) : undefined;
    return name === undefined ? message : { ...message, title: `${name} has clocked in` };
  }

  #take(table: TableName, id: Id): string {
    const toastId = rowToastId(table, id);
    this.#own.add(toastId);
    return toastId;
  }
}

export const RowToastsContext = createContext<RowToasts | null>(null);

export function useRowToasts(): RowToasts {
  const toasts = useContext(RowToastsContext);
  if (toasts === null) throw new Error('useRowToasts needs a RowToastsContext above it');
  return toasts;
}

type ShownRow = { readonly id: Id; readonly version?: number; readonly status?: string };

/** Takes the toasts of a row away once the row is gone, or has another status than the toast says. `rows`: undefined while they are not known. */
export function useToastsEndWithRows(table: TableName, rows: readonly ShownRow[] | undefined): void {
  const before = useRef(rows);
  useEffect(() => {
    if (rows === undefined) return;
    const ids = new Set(rows.map(({ id }) => id));
    const gone = (before.current ?? []).filter(({ id }) => !ids.has(id));
    before.current = rows;
    if (changes.size > 0) for (const row of rows) if (isChangedSince(table, row)) endChange(rowToastId(table, row.id));
    if (gone.length === 0) return;
    const shown = new Set(toast.getToasts().map(({ id }) => id));
    for (const { id } of gone) {
      const key = rowToastId(table, id);
      endChange(key);
      if (shown.has(key)) toast.dismiss(key);
    }
  }, [table, rows]);
}

/** Whether the row has got another status since a toast said which it has. */
function isChangedSince(table: TableName, { id, version = 0, status }: ShownRow): boolean {
  const said = changes.get(rowToastId(table, id))?.row;
  return said !== undefined && version > said.version && status !== said.status;
}
