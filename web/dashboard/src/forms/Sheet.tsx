import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';
import { CloseIcon } from '../app/icons.js';

type Props = { title: string; description: string; children: ReactNode };

/**
 * The box of a dialog: in the middle of a wide window, at the foot of a narrow one. Without Radix' own overlay, which writes a style element that the
 * page's policy forbids; index.css keeps the page from scrolling instead.
 */
export function Sheet({ title, description, children }: Props) {
  return (
    <Dialog.Portal>
      <div className="backdrop" />
      <Dialog.Content className="sheet">
        <div className="sheet-head">
          <Dialog.Title>{title}</Dialog.Title>
          <Dialog.Close className="icon-button" aria-label="Close">
            <CloseIcon />
          </Dialog.Close>
        </div>
        <Dialog.Description className="quiet">{description}</Dialog.Description>
        {children}
      </Dialog.Content>
    </Dialog.Portal>
  );
}
