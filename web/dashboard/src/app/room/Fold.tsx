import { useId, useState, type ReactNode } from 'react';

type Props = {
  className: string;
  /** On the button that unfolds it. */
  summary: ReactNode;
  children: ReactNode;
};

/** What is folded while there is little room (see watchRoom.ts), and is simply there otherwise. */
export function Fold({ className, summary, children }: Props) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  return (
    <div className={`fold ${className}`} data-open={isOpen}>
      <button
        type="button"
        className="fold-button"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => {
          setOpen(!isOpen);
        }}
      >
        {summary}
      </button>
      <div id={id} className="fold-content">
        {children}
      </div>
    </div>
  );
}
