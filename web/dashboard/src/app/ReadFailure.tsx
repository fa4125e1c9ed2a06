import { hashKey, type QueryKey } from '@tanstack/react-query';
import { useRetries } from '../data/retries.js';
import { Countdown } from './Countdown.js';

type Props = {
  /** What could not be read: `The businesses`. */
  what: string;
  error: Error;
  queryKey: QueryKey;
  onRetry: () => void;
};

/** Says that a read failed, when it is tried next, and lets people try at once. The error itself is folded: it is for developers. */
export function ReadFailure({ what, error, queryKey, onRetry }: Props) {
  const nextAt = useRetries().nextAt(hashKey(queryKey));
  return (
    <div className="notice">
      <p role="alert">{what} could not be read.</p>
      <p>
        {nextAt === null ? null : <Countdown to={nextAt} />}{' '}
        <button type="button" className="link" onClick={onRetry}>
          Try again
        </button>
      </p>
      <details>
        <summary>Why</summary>
        {error.message}
      </details>
    </div>
  );
}
