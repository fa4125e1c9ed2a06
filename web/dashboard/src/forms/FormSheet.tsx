import { useMutation } from '@tanstack/react-query';
import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';
import { Sheet } from './Sheet.js';

type Props = {
  title: string;
  description: string;
  /** On the button that saves. */
  verb: string;
  /** Writes what the form says. The row on display changes when the change comes back, as in every other window. */
  save: (form: FormData) => Promise<void>;
  onClose: () => void;
  children: ReactNode;
};

/** An open dialog with a form. Closes when it has been saved; says why when it could not be. */
export function FormSheet({ title, description, verb, save, onClose, children }: Props) {
  const saving = useMutation({ mutationFn: save, onSuccess: onClose });
  return (
    <Dialog.Root
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Sheet title={title} description={description}>
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            saving.mutate(new FormData(event.currentTarget));
          }}
        >
          {children}
          <p className="form-message" role="alert">
            {saving.isError ? `Not saved: ${saving.error.message}` : null}
            {saving.isPaused ? 'Waiting for a connection…' : null}
          </p>
          <div className="form-foot">
            <Dialog.Close className="quiet-button">Close</Dialog.Close>
            <button type="submit" className="primary" disabled={saving.isPending}>
              {verb}
            </button>
          </div>
        </form>
      </Sheet>
    </Dialog.Root>
  );
}
