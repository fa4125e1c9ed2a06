import { toast } from 'sonner';
import type { TableName } from '../../data/database.js';
import { toastChange, withAction } from '../../toasts/rowToasts.js';
import type { Conflict, EditSession, VersionedRow } from '../../writing/index.js';
import { describeChange, describeLateNews, withNews } from './describeChange.js';
import { changedByOthers, saveWithToast, UNTIL_DISMISSED } from './saveToasts.js';

type CancelRow = VersionedRow & { readonly status: string };
type Words = { readonly done: string; readonly failed: string; readonly anyway: string };

const CANCELLING: Words = { done: 'cancelled', failed: 'Not cancelled', anyway: 'Cancel it anyway' };
const RESTORING: Words = { done: 'restored', failed: 'Not undone', anyway: 'Restore it anyway' };

/**
 * Cancels rows, and offers to undo it. Where others changed the row meanwhile, asks before either. A second click while the first is under way does
 * nothing.
 *
 * @param sessionOf a session in which each change of others is a conflict
 */
export function canceller<Row extends CancelRow, Draft extends { status: string }>(
  table: TableName,
  noun: string,
  zone: string,
  sessionOf: (row: Row) => EditSession<Row, Draft>,
): (row: Row, describe: (row: Row) => string) => void {
  const busy = new Set<number | string>();
  return (row, describe) => {
    const save = (
      session: EditSession<Row, Draft>,
      words: Words,
      undo?: (saved: Row, before: string) => void,
    ): void => {
      const { row: from } = session;
      if (from === undefined || busy.has(from.id)) return;
      busy.add(from.id);
      const saved = (stored: Row): void => {
        const undoing = (): void => {
          undo?.(stored, from.status);
        };
        const action = undo === undefined ? {} : withAction('Undo', undoing);
        const description = withNews(describe(stored), describeLateNews(session.state().lateNews));
        toastChange(table, stored, `${noun} ${words.done}`, { description, ...action });
      };
      const asked = (stored: Row): void => {
        const { conflicts, changedAt } = session.state();
        const onClick = (): void => {
          for (const { field } of conflicts) session.resolve(field, field === 'status' ? 'mine' : 'theirs');
          save(session, words, undo);
        };
        const description = `${changedByOthers(changedAt, zone)} ${conflicts.map(describeConflict).join(' ')}`;
        const options = { ...UNTIL_DISMISSED, description, action: { label: words.anyway, onClick } };
        toastChange(table, stored, words.failed, options, toast.error);
      };
      const { failed } = words;
      void saveWithToast(session, { failed, description: describe(from), zone }, { saved, asked }).finally(() =>
        busy.delete(from.id),
      );
    };
    const setStatus = (from: Row, status: string): EditSession<Row, Draft> => {
      const session = sessionOf(from);
      session.set('status', status);
      return session;
    };
    save(setStatus(row, 'cancelled'), CANCELLING, (cancelled, before) => {
      save(setStatus(cancelled, before), RESTORING);
    });
  };
}

function describeConflict<Draft>(conflict: Conflict<Draft>): string {
  return conflict.field === 'starts' ? `It was moved to ${conflict.theirs}.` : describeChange(conflict);
}
