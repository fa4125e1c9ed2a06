import {
  autoUpdate,
  flip,
  offset,
  shift,
  useClick,
  useDismiss,
  useFloating,
  useInteractions,
  useRole,
  type Placement,
} from '@floating-ui/react';
import { useState, type CSSProperties, type FocusEvent, type HTMLProps } from 'react';

/** From the edges of the window, in pixels. */
const MARGIN = 8;

export interface DetailsPopover {
  readonly isOpen: boolean;
  readonly trigger: HTMLElement | null;
  readonly setTrigger: (element: HTMLElement | null) => void;
  readonly setPanel: (element: HTMLElement | null) => void;
  readonly triggerProps: (own: HTMLProps<Element>) => Record<string, unknown>;
  readonly panelProps: (own: HTMLProps<HTMLElement>) => Record<string, unknown>;
  /** Set through the CSSOM, which a content security policy allows. */
  readonly panelStyle: CSSProperties;
  /** For the element around both. */
  readonly onBlur: (event: FocusEvent) => void;
}

/**
 * A panel that opens by a click, a touch or the keyboard, never by hovering, since it would cover what the mouse is on its way to. It closes by Escape, by a
 * press elsewhere and when the focus goes elsewhere. It follows its trigger in the document, so that Tab goes into it.
 */
export function useDetailsPopover(placement: Placement): DetailsPopover {
  const [isOpen, setOpen] = useState(false);
  const [trigger, setTrigger] = useState<HTMLElement | null>(null);
  const [panel, setPanel] = useState<HTMLElement | null>(null);
  const { floatingStyles, context } = useFloating({
    open: isOpen,
    onOpenChange: (open, _event, reason) => {
      if (reason === 'escape-key' && panel?.contains(document.activeElement) === true) trigger?.focus();
      setOpen(open);
    },
    elements: { reference: trigger, floating: panel },
    placement,
    strategy: 'fixed',
    middleware: [offset(MARGIN), flip({ padding: MARGIN }), shift({ padding: MARGIN })],
    whileElementsMounted: autoUpdate,
  });
  const click = useClick(context);
  const dismiss = useDismiss(context);
  const role = useRole(context, { role: 'dialog' });
  const { getReferenceProps, getFloatingProps } = useInteractions([click, dismiss, role]);
  return {
    isOpen,
    trigger,
    setTrigger,
    setPanel,
    triggerProps: getReferenceProps,
    panelProps: getFloatingProps,
    panelStyle: floatingStyles,
    onBlur: ({ relatedTarget, currentTarget }) => {
      // Nothing gets it when the window loses it, or what had it is gone.
      if (relatedTarget !== null && !currentTarget.contains(relatedTarget)) setOpen(false);
    },
  };
}
