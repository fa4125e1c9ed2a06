import { setSearch } from '../app/useSearchParameter.js';

/** Says that only those rows are on display that an alert is about, and leads back to the others. */
export function PointedNote({ what, count }: { what: string; count: number }) {
  return (
    <span className="tool-note">
      {count} {what} that an alert is about.{' '}
      <button
        type="button"
        className="link"
        onClick={() => {
          setSearch({ rows: null });
        }}
      >
        Show the others
      </button>
    </span>
  );
}
