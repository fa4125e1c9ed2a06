import { setSearch } from '../app/useSearchParameter.js';

/** Says that only those rows are on display that an alert is about, and leads back to the others. `what`: one of them. */
export function PointedNote({ what, count }: { what: string; count: number }) {
  return (
    <>
      {count} {count === 1 ? what : `${what}s`} that an alert is about.{' '}
      <button
        type="button"
        className="link"
        onClick={() => {
          setSearch({ rows: null });
        }}
      >
        Show the others
      </button>
    </>
  );
}
