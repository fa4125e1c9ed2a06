import { createContext, useContext, useEffect, useRef } from 'react';
import { toast } from 'sonner';
import type { Toaster } from 'switchboard-realtime/react';
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

/** The id of the toast that offers to take a change of the row back. */
export function undoToastId(table: TableName, id: Id): string {
  return `${rowToastId(table, id)} undo`;
}

/** Toasts of rows: what others add is news; what is added here is confirmed, and is no news when it comes in over realtime. */
export class RowToasts {
  readonly #own = new Set<string>();

  /** For RealtimeProvider. */
  readonly toaster: Toaster = (message) => {
    if (message.id === undefined || !this.#own.has(message.id)) sonnerToaster(message);
  };

  /** Replaces the toast of the row if realtime was faster. */
  added(table: TableName, id: Id, { title, description, show }: Confirmation): void {
    const toastId = rowToastId(table, id);
    this.#own.add(toastId);
    toast.success(title, {
      id: toastId,
      description,
      ...(show === undefined ? {} : withAction('Show', show)),
    });
  }
}

export const RowToastsContext = createContext<RowToasts | null>(null);

export function useRowToasts(): RowToasts {
  const toasts = useContext(RowToastsContext);
  if (toasts === null) throw new Error('useRowToasts needs a RowToastsContext above it');
  return toasts;
}

/** Takes the toasts of a row away once the row is gone. `rows`: undefined while they are not known. */
export function useToastsEndWithRows(table: TableName, rows: readonly { id: Id }[] | undefined): void {
  const before = useRef(rows);
  useEffect(() => {
    if (rows === undefined) return;
    const ids = new Set(rows.map(({ id }) => id));
    const gone = (before.current ?? []).filter(({ id }) => !ids.has(id));
    before.current = rows;
    if (gone.length === 0) return;
    const shown = new Set(toast.getToasts().map(({ id }) => id));
    for (const { id } of gone) {
      for (const toastId of [rowToastId(table, id), undoToastId(table, id)]) {
        if (shown.has(toastId)) toast.dismiss(toastId);
      }
    }
  }, [table, rows]);
}
