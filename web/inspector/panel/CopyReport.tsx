/** @jsxImportSource preact */
import { useState } from 'preact/hooks';
import { reportOf } from '../model/report.js';
import type { ManagerView } from '../model/watch.js';

/** Copies what is shown as text; where the page may not, shows the text to be copied by hand. */
export function CopyReport({ name, shown }: { name: string; shown: ManagerView }) {
  const [outcome, setOutcome] = useState<'none' | 'copied' | 'byHand'>('none');
  const copy = (): void => {
    copyText(reportOf(name, shown)).then(
      () => {
        setOutcome('copied');
      },
      () => {
        setOutcome('byHand');
      },
    );
  };
  return (
    <>
      <button type="button" onClick={copy}>
        {outcome === 'copied' ? 'Copied' : 'Copy report'}
      </button>
      <span class="heard" role="status">
        {outcome === 'copied' ? 'The report is in the clipboard.' : ''}
      </span>
      {outcome === 'byHand' ? (
        <div class="by-hand">
          <p>The page may not use the clipboard. Select the report and copy it.</p>
          <textarea readOnly aria-label="Report" rows={8} value={reportOf(name, shown)} />
          <button
            type="button"
            onClick={() => {
              setOutcome('none');
            }}
          >
            Done
          </button>
        </div>
      ) : null}
    </>
  );
}

/** Async, so that a page without a clipboard is a rejection, too. */
async function copyText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}
