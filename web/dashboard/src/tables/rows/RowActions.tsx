import { CancelIcon, EditIcon } from '../../app/icons.js';
import { AT_ONCE } from '../../focus/aim.js';

type Props = {
  /** What the row is, for those who hear it: `booking of Ada Larsen`. */
  what: string;
  onEdit: () => void;
  /** Absent when there is nothing to cancel. */
  onCancel?: (() => void) | undefined;
};

export function RowActions({ what, onEdit, onCancel }: Props) {
  return (
    <span className="row-actions">
      <button type="button" className="icon-button" aria-label={`Edit ${what}`} title="Edit" onClick={onEdit}>
        <EditIcon />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label={`Cancel ${what}`}
        title="Cancel"
        {...AT_ONCE}
        // Not disabled: that would take the focus from whoever has just pressed it.
        aria-disabled={onCancel === undefined}
        onClick={onCancel}
      >
        <CancelIcon />
      </button>
    </span>
  );
}
