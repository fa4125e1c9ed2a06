import { toast } from 'sonner';
import { formatClock } from '../format.js';
import type { EditSession, EditState, Problem, VersionedRow } from '../writing/index.js';
import { describeChange } from './describeChange.js';
import { withAction } from '../toasts/rowToasts.js';
import { askBeforeLeaving } from './sheet/leaving.js';
import { ProblemText } from './fields/ProblemText.js';

const UNTIL_DISMISSED = { duration: Infinity, closeButton: true };

export function toastProblem(title: string, problem: Problem): void {
  toast.error(title, { ...UNTIL_DISMISSED, description: <ProblemText problem={problem} /> });
}

/** Says why a session did not save; nothing when it did, or was discarded. */
function toastUnsaved<Draft>(title: string, state: EditState<Draft>, zone: string, open?: () => void): void {
  toast.error(title, {
    ...UNTIL_DISMISSED,
    description: reasonOf(state, zone),
    ...(open === undefined ? {} : { action: { label: 'Open', onClick: open } }),
  });
}

function reasonOf<Draft>({ problem, conflicts, changedAt, goneAt }: EditState<Draft>, zone: string) {
  if (problem !== null) return <ProblemText problem={problem} />;
  if (goneAt !== null) return `It was removed at ${formatClock(goneAt, zone)}.`;
  const time = formatClock(changedAt ?? Date.now(), zone);
  return `Changed by someone else at ${time}. ${conflicts.map(describeChange).join(' ')}`;
}

/**
 * Follows a save that goes on after its form was closed, and reports how it ends.
 *
 * @param saved called when it succeeded
 * @param open opens the form again, for when something has to be decided
 */
export function followSave<Row extends VersionedRow, Draft extends object>(
  session: EditSession<Row, Draft>,
  { noun, description, zone }: { noun: string; description: string; zone: string },
  saved: () => void,
  open: () => void,
): void {
  const endQuestion = askBeforeLeaving();
  const waiting = showWaiting(session, description);
  const unsubscribe = session.subscribe(() => {
    const state = session.state();
    if (state.phase === 'saving' || state.phase === 'waiting') return;
    unsubscribe();
    endQuestion();
    waiting.end();
    if (state.phase === 'saved') saved();
    else if (state.phase === 'editing') toastUnsaved(`${noun} not saved`, state, zone, open);
  });
}

type Words = {
  /** Of the toast. */
  readonly id: string;
  readonly done: string;
  readonly failed: string;
  readonly description: string;
  /** For times. */
  readonly zone: string;
};

/**
 * Saves what a session holds without a form, and reports how it ends.
 *
 * @param undo takes the change back, given the row that it left; absent: that is not offered
 */
export async function saveWithToast<Row extends VersionedRow, Draft extends object>(
  session: EditSession<Row, Draft>,
  { id, done, failed, description, zone }: Words,
  undo?: (row: Row) => void,
): Promise<void> {
  const waiting = showWaiting(session, description);
  await session.submit();
  waiting.end();
  const state = session.state();
  if (state.phase === 'editing') toastUnsaved(failed, state, zone);
  const { row } = session;
  if (state.phase !== 'saved' || row === undefined) return;
  const action =
    undo === undefined
      ? {}
      : withAction('Undo', () => {
          undo(row);
        });
  toast(done, { id, description, ...action });
}

/** Shows that a change waits for a connection or an answer, while it does. */
function showWaiting<Row extends VersionedRow, Draft extends object>(
  session: EditSession<Row, Draft>,
  description: string,
) {
  let id: string | number | undefined;
  let shown: boolean | undefined;
  const show = (): void => {
    const { phase, isUnanswered } = session.state();
    if (phase !== 'waiting' || isUnanswered === shown) return;
    shown = isUnanswered;
    const onClick = (): void => {
      session.discard();
    };
    id = toast(isUnanswered ? 'Waiting for the server' : 'Waiting for a connection', {
      ...(id === undefined ? {} : { id }),
      description: isUnanswered ? `${description}. It may be saved already.` : description,
      duration: Infinity,
      action: { label: isUnanswered ? 'Stop trying' : 'Discard', onClick },
    });
  };
  show();
  const unsubscribe = session.subscribe(show);
  return {
    end: (): void => {
      unsubscribe();
      if (id !== undefined) toast.dismiss(id);
    },
  };
}
