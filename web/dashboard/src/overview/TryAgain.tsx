/** Reads again what could not be read. */
export function TryAgain({ reads, what }: { reads: readonly (() => Promise<unknown>)[]; what: string }) {
  return (
    <button
      type="button"
      className="link"
      aria-label={`Try again: ${what}`}
      onClick={() => {
        for (const read of reads) void read();
      }}
    >
      Try again
    </button>
  );
}
