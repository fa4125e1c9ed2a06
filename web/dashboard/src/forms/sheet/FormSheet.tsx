import { Dialog } from 'radix-ui';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { InLocale } from '../../app/InLocale.js';
import { useZone } from '../../data/today.js';
import { focusOn } from '../../focus/focusable.js';
import { formatTime } from '../../format.js';
import type { EditSession, EditState, VersionedRow } from '../../writing/index.js';
import { Conflicts } from '../Conflicts.js';
import { FormFoot } from './FormFoot.js';
import { askBeforeLeaving } from './leaving.js';
import { ProblemText } from '../fields/ProblemText.js';
import { Sheet } from './Sheet.js';

type Props<Row extends VersionedRow, Draft extends object> = {
  title: string;
  description: string;
  /** What is edited, such as `booking`. */
  subject: string;
  /** On the button that saves. */
  verb: string;
  session: EditSession<Row, Draft>;
  state: EditState<Draft>;
  /** Has to be answered before this is saved. */
  question?: string | undefined;
  /** Where the focus goes afterwards. */
  opener: Element | null;
  /** Called when nothing more can be lost, or when that was decided. A save that is under way goes on. */
  onClose: () => void;
  children: ReactNode;
};

/** An open dialog with the form of an edit session. Closes when it has been saved; asks before it loses what was typed. */
export function FormSheet<Row extends VersionedRow, Draft extends object>(props: Props<Row, Draft>) {
  const { title, description, verb, session, state, question, opener, onClose, children } = props;
  const form = useRef<HTMLFormElement>(null);
  const { isClosing, requestClose, keepOpen } = useClosing(session, state, onClose);
  // Another question is asked again.
  const [asked, setAsked] = useState<string>();
  async function send(): Promise<void> {
    await session.submit();
    setAsked(undefined);
    // What has to be decided first.
    form.current?.querySelector<HTMLElement>('.form-note[data-tone="warn"]')?.focus();
  }

  return (
    <Dialog.Root open modal={false} onOpenChange={requestClose}>
      <Sheet
        title={title}
        description={description}
        onOpenAutoFocus={(event) => {
          event.preventDefault();
          form.current?.querySelector<HTMLElement>('input, select')?.focus();
        }}
        focusAfter={() => {
          focusOn(opener);
        }}
      >
        <form
          ref={form}
          className="form"
          data-busy={state.phase !== 'editing'}
          onSubmit={(event) => {
            event.preventDefault();
            if (question === undefined) void send();
            else setAsked(question);
          }}
        >
          <RowNews {...props} />
          {children}
          <SaveMessage state={state} />
          <FormFoot
            phase={state.phase}
            isUnanswered={state.isUnanswered}
            verb={verb}
            isGone={state.goneAt !== null}
            isClosing={isClosing}
            question={asked === question ? question : undefined}
            onSave={() => void send()}
            onKeepEditing={() => {
              setAsked(undefined);
              form.current?.querySelector<HTMLElement>('input, select')?.focus();
            }}
            onKeepOpen={keepOpen}
            onDiscard={() => {
              session.discard();
            }}
            onClose={onClose}
          />
        </form>
      </Sheet>
    </Dialog.Root>
  );
}

/** When to close: at once, or after asking. */
function useClosing<Row extends VersionedRow, Draft extends object>(
  session: EditSession<Row, Draft>,
  { phase, isDirty }: EditState<Draft>,
  onClose: () => void,
) {
  const [isClosing, setClosing] = useState(false);
  const typing = useRef<Element>(null);
  useEffect(() => {
    if (phase === 'saved' || phase === 'discarded') onClose();
  }, [phase, onClose]);
  const isAtRisk = isDirty || phase === 'saving' || phase === 'waiting';
  useEffect(() => (isAtRisk ? askBeforeLeaving() : undefined), [isAtRisk]);

  function keepOpen(): void {
    setClosing(false);
    focusOn(typing.current);
  }

  function requestClose(): void {
    if (isClosing) {
      keepOpen();
    } else if (phase === 'editing' && !isDirty) {
      session.discard();
    } else {
      typing.current = document.activeElement;
      setClosing(true);
    }
  }

  return { isClosing, requestClose, keepOpen };
}

type NewsProps<Row extends VersionedRow, Draft extends object> = Pick<
  Props<Row, Draft>,
  'subject' | 'session' | 'state'
>;

/** What became of the row while the form is open. */
function RowNews<Row extends VersionedRow, Draft extends object>({ subject, session, state }: NewsProps<Row, Draft>) {
  const zone = useZone();
  if (state.goneAt === null) {
    return (
      <Conflicts
        state={state}
        onResolve={(field, winner) => {
          session.resolve(field, winner);
        }}
      />
    );
  }
  return (
    <div className="form-note" data-tone="warn" tabIndex={-1}>
      <p role="alert">
        <b>
          This {subject} was removed at <InLocale>{formatTime(state.goneAt, zone)}</InLocale>.
        </b>{' '}
        Add it again?
      </p>
      <button type="button" className="quiet-button" onClick={() => void session.addAgain()}>
        Add it again
      </button>
    </div>
  );
}

function SaveMessage<Draft>({ state: { phase, isUnanswered, problem } }: { state: EditState<Draft> }) {
  const waiting = isUnanswered
    ? 'The server cannot be reached. This goes on by itself, and is saved only once.'
    : 'Waiting for a connection. It is saved as soon as there is one.';
  return (
    <div className="form-message">
      <p role="status">{phase === 'waiting' ? waiting : null}</p>
      <div role="alert">{problem === null ? null : <ProblemText problem={problem} />}</div>
    </div>
  );
}
