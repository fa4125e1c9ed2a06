import { Dialog } from 'radix-ui';
import { useLayoutEffect, useRef, type ComponentProps, type ReactNode } from 'react';
import { ServerReplaced } from '../../app/failures/ServerReplaced.js';
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
  const sheet = useRef<HTMLDivElement>(null);
  return (
    <Dialog.Portal>
      <Backdrop />
      <Dialog.Content
        ref={sheet}
        className="sheet"
        onCloseAutoFocus={(event) => {
          event.preventDefault();
          focusAfter();
        }}
        onInteractOutside={(event) => {
          // What is above the dialog, a toast or another dialog, is no way out of it.
          if (isToast(event.target) || !isOnTop(sheet.current)) event.preventDefault();
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
        {/* The one in the page is behind the backdrop. */}
        <ServerReplaced />
        {children}
      </Dialog.Content>
    </Dialog.Portal>
  );
}

function isToast(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[data-sonner-toaster]') !== null;
}

/** Of the dialogs that are open, the one that was opened last. */
function isOnTop(sheet: HTMLElement | null): boolean {
  return sheet !== null && sheet === [...document.querySelectorAll('.sheet')].at(-1);
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
