import { Dialog } from 'radix-ui';
import { useLayoutEffect, useRef, type ComponentProps, type ReactNode } from 'react';
import { CloseIcon } from '../../app/icons.js';
import { besideToasts } from '../../focus/beside.js';

type Props = Pick<ComponentProps<typeof Dialog.Content>, 'onOpenAutoFocus'> & {
  title: string;
  description: string;
  /** Puts the focus somewhere once the dialog is closed: what opened it may be gone. */
  focusAfter: () => void;
  children: ReactNode;
};

/**
 * The box of a dialog: in the middle of a wide window, at the foot of a narrow one. Without Radix' own overlay, which writes a style element that the
 * page's policy forbids; index.css keeps the page from scrolling instead. Its `Dialog.Root` is not modal for Radix, so that toasts can be reached.
 */
export function Sheet({ title, description, focusAfter, children, ...focus }: Props) {
  return (
    <Dialog.Portal>
      <Backdrop />
      <Dialog.Content
        className="sheet"
        onCloseAutoFocus={(event) => {
          event.preventDefault();
          focusAfter();
        }}
        onInteractOutside={(event) => {
          // A toast is above the dialog: its buttons are no way out of it.
          if (event.target instanceof Element && event.target.closest('[data-sonner-toaster]') !== null)
            event.preventDefault();
        }}
        {...focus}
      >
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

/** Covers the page, and keeps the focus from it. */
function Backdrop() {
  const backdrop = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const dialog = backdrop.current?.nextElementSibling;
    return dialog instanceof HTMLElement ? besideToasts(dialog) : undefined;
  }, []);
  return <div ref={backdrop} className="backdrop" />;
}
