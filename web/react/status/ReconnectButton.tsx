import { useLayoutEffect, useRef, type ReactNode } from 'react';

type Props = {
  label: string;
  /** Gets the focus when this button is removed while it has it: on `body` it would be lost. */
  successor: HTMLElement | null;
  onReconnect: () => void;
};

/** Is there only while there is something to reconnect, so it goes by the very press that it is for. */
export function ReconnectButton({ label, successor, onReconnect }: Props): ReactNode {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const element = button.current;
    return () => {
      if (element !== null && element === element.ownerDocument.activeElement) successor?.focus();
    };
  }, [successor]);
  return (
    <button ref={button} type="button" className="switchboard-reconnect" onClick={onReconnect}>
      {label}
    </button>
  );
}
