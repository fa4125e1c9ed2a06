import type { ReactNode } from 'react';

type Props = {
  /** What failed, and what comes of it. */
  children: ReactNode;
  /** When it is tried next. */
  next?: ReactNode;
  /** The error itself is folded: it is for developers. */
  message: string;
  onRetry: () => void;
};

/** Says that a read failed, and lets people try again at once. */
export function FailureNotice({ children, next, message, onRetry }: Props) {
  return (
    <div className="notice">
      <p role="alert">{children}</p>
      <p>
        {next}{' '}
        <button type="button" className="link" onClick={onRetry}>
          Try again
        </button>
      </p>
      <details>
        <summary>Why</summary>
        {message}
      </details>
    </div>
  );
}
