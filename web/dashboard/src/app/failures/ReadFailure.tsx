import { hashKey, type QueryKey } from '@tanstack/react-query';
import { useRetries } from '../../data/retries.js';
import { Countdown } from './Countdown.js';
import { FailureNotice } from './FailureNotice.js';

type Props = {
  /** What could not be read: `The businesses`. */
  what: string;
  error: Error;
  queryKey: QueryKey;
  onRetry: () => void;
};

/** Says that a query failed, and counts down to the next try. */
export function ReadFailure({ what, error, queryKey, onRetry }: Props) {
  const nextAt = useRetries().nextAt(hashKey(queryKey));
  return (
    <FailureNotice message={error.message} next={nextAt === null ? null : <Countdown to={nextAt} />} onRetry={onRetry}>
      {what} could not be read.
    </FailureNotice>
  );
}
