import { Dialog } from 'radix-ui';
import type { EditState } from '../../writing/index.js';

type Phase = EditState<unknown>['phase'];

type Props = {
  phase: Phase;
  /** Whether it may be saved already. */
  isUnanswered: boolean;
  /** On the button that saves. */
  verb: string;
  /** Whether there is no row to save to. */
  isGone: boolean;
  /** Whether it was asked to close while something is not saved. */
  isClosing: boolean;
  /** Asked before it is saved. */
  question: string | undefined;
  onSave: () => void;
  onKeepEditing: () => void;
  onKeepOpen: () => void;
  onDiscard: () => void;
  /** Closes; what is under way goes on. */
  onClose: () => void;
};

/** The buttons below a form. When closing would lose something they ask first. */
export function FormFoot(props: Props) {
  const { phase, isUnanswered, verb, isGone, isClosing, question, onKeepOpen, onDiscard, onClose } = props;
  if (!isClosing && question !== undefined && phase === 'editing' && !isGone) return <SaveQuestion {...props} />;
  if (!isClosing) {
    return (
      <div key="usual" className="form-foot">
        <Dialog.Close className="quiet-button">Close</Dialog.Close>
        <button type="submit" className="primary" aria-disabled={phase !== 'editing' || isGone}>
          {phase === 'editing' ? verb : 'Saving…'}
        </button>
      </div>
    );
  }
  return (
    <div key="question" className="form-foot" role="group" aria-labelledby="closing-question">
      <p id="closing-question" role="alert">
        {isUnanswered ? UNANSWERED : questions[phase]}
      </p>
      {/* Focus is here: Enter loses nothing. */}
      <button type="button" className="quiet-button" autoFocus onClick={onKeepOpen}>
        {phase === 'editing' ? 'Keep editing' : 'Keep open'}
      </button>
      {phase === 'saving' ? null : (
        <button type="button" className="quiet-button" onClick={onDiscard}>
          {discardWords(phase, isUnanswered)}
        </button>
      )}
      {phase === 'editing' ? null : (
        <button type="button" className="primary" onClick={onClose}>
          {phase === 'waiting' ? 'Save when back' : 'Save in the background'}
        </button>
      )}
    </div>
  );
}

function SaveQuestion({ verb, question, onSave, onKeepEditing }: Props) {
  return (
    <div key="save" className="form-foot" role="group" aria-labelledby="saving-question">
      <p id="saving-question" role="alert">
        {question}
      </p>
      {/* Focus is here: Enter saves nothing. */}
      <button type="button" className="quiet-button" autoFocus onClick={onKeepEditing}>
        Keep editing
      </button>
      <button
        type="button"
        className="primary"
        onClick={({ detail }) => {
          // The second click of two was meant for the button that was here before.
          if (detail <= 1) onSave();
        }}
      >
        {verb} anyway
      </button>
    </div>
  );
}

function discardWords(phase: Phase, isUnanswered: boolean): string {
  if (!isUnanswered) return 'Discard';
  return phase === 'waiting' ? 'Stop trying' : 'Close anyway';
}

const UNANSWERED = 'The server has not answered: this may be saved already.';

const questions: Readonly<Record<Phase, string>> = {
  editing: 'Close without saving? What you typed is lost.',
  saving: 'This is still being saved.',
  waiting: 'This is not saved yet: there is no connection.',
  saved: '',
  discarded: '',
};
