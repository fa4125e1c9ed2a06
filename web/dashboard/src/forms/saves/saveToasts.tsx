import { toast, type Action } from 'sonner';
import { formatTime } from '../../format.js';
import type { EditSession, EditState, Problem, VersionedRow } from '../../writing/index.js';
import { describeChange } from './describeChange.js';
import { savingToast } from '../../toasts/savingToast.js';
import { askBeforeLeaving } from '../sheet/leaving.js';
import { ProblemText } from '../fields/ProblemText.js';

export const UNTIL_DISMISSED = { duration: Infinity, closeButton: true };

/** Returns the id of the toast. */
export function toastProblem(title: string, problem: Problem, action?: Action): number | string {
  return toast.error(title, { ...UNTIL_DISMISSED, description: <ProblemText problem={problem} />, action });
}

/** Says why a session did not save; nothing when it did, or was discarded. */
function toastUnsaved<Draft>(title: string, state: EditState<Draft>, zone: string, ends?: Ends): void {
  toast.error(title, {
    ...UNTIL_DISMISSED,
    description: reasonOf(state, zone),
    ...(ends === undefined ? {} : { action: { label: 'Open', onClick: ends.open }, onDismiss: ends.dropped }),
  });
}

function reasonOf<Draft>({ problem, conflicts, changedAt, goneAt }: EditState<Draft>, zone: string) {
  if (problem !== null) return <ProblemText problem={problem} />;
  if (goneAt !== null) return `It was removed at ${formatTime(goneAt, zone)}.`;
  return `${changedByOthers(changedAt, zone)} ${conflicts.map(describeChange).join(' ')}`;
}

export function changedByOthers(changedAt: string | null, zone: string): string {
  return `Changed by someone else at ${formatTime(changedAt ?? Date.now(), zone)}.`;
}

/** One of these is called when a save that goes on after its form was closed has ended. */
export type Ends = {
  readonly saved: () => void;
  /** Opens the form again, for when something has to be decided. */
  readonly open: () => void;
  /** Nobody wants it any more. */
  readonly dropped: () => void;
};

/** Follows a save that goes on after its form was closed, and reports how it ends. */
export function followSave<Row extends VersionedRow, Draft extends object>(
  session: EditSession<Row, Draft>,
  { noun, description, zone }: { noun: string; description: string; zone: string },
  ends: Ends,
): void {
  const waiting = showWaiting(session, description);
  const unsubscribe = session.subscribe(() => {
    const state = session.state();
    if (state.phase === 'saving' || state.phase === 'waiting') return;
    unsubscribe();
    waiting.end();
    if (state.phase === 'saved') ends.saved();
    else if (state.phase === 'editing') toastUnsaved(`${noun} not saved`, state, zone, ends);
    else ends.dropped();
  });
}

type Words = {
  /** What failed. */
  readonly failed: string;
  readonly description: string;
  /** For times. */
  readonly zone: string;
};

/** One of these is called, at most, with the row as it is stored. */
type Outcomes<Row> = {
  readonly saved: (row: Row) => void;
  /** Others changed the row meanwhile, which has to be decided before anything is written. */
  readonly asked: (row: Row) => void;
};

/** Saves what a session holds without a form, and says why where that fails. */
export async function saveWithToast<Row extends VersionedRow, Draft extends object>(
  session: EditSession<Row, Draft>,
  { failed, description, zone }: Words,
  { saved, asked }: Outcomes<Row>,
): Promise<void> {
  const waiting = showWaiting(session, description);
  await session.submit();
  waiting.end();
  const state = session.state();
  const { row } = session;
  if (row !== undefined && state.phase === 'saved') saved(row);
  else if (row !== undefined && state.conflicts.length > 0) asked(row);
  else if (state.phase === 'editing') toastUnsaved(failed, state, zone);
}

/** Shows that a change is being saved, if that takes a moment, or waits for a connection or an answer, and has the browser ask before the page is left. */
function showWaiting<Row extends VersionedRow, Draft extends object>(
  session: EditSession<Row, Draft>,
  description: string,
) {
  const endQuestion = askBeforeLeaving();
  const saving = savingToast(description);
  let shown = '';
  const show = (): void => {
    const { phase, isUnanswered } = session.state();
    const title = phase !== 'waiting' ? '' : isUnanswered ? 'Waiting for the server' : 'Waiting for a connection';
    if (title === shown) return;
    shown = title;
    if (phase === 'saving') saving.show('Saving…');
    if (title === '') return;
    const onClick = (): void => {
      session.discard();
    };
    saving.show(title, {
      description: isUnanswered ? `${description}. It may be saved already.` : description,
      action: { label: isUnanswered ? 'Stop trying' : 'Discard', onClick },
    });
  };
  show();
  const unsubscribe = session.subscribe(show);
  return {
    end: (): void => {
      unsubscribe();
      endQuestion();
      saving.end();
    },
  };
}
