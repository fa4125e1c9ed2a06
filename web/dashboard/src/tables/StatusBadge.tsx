import { formatStatus } from '../format.js';

const tones: Readonly<Record<string, string>> = {
  pending: 'warn',
  confirmed: 'good',
  completed: 'calm',
  paid: 'good',
  present: 'good',
  failed: 'bad',
  cancelled: 'off',
  no_show: 'off',
  refunded: 'off',
};

/** A status in its colour, and always in words. */
export function StatusBadge({ status }: { status: string }) {
  return (
    <span className="badge" data-tone={tones[status] ?? 'calm'}>
      {formatStatus(status)}
    </span>
  );
}
