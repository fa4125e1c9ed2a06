/** @jsxImportSource preact */
import { useState } from 'preact/hooks';
import type { InspectedManager } from '../model/source.js';

/** Saves what the manager's recorder holds as a file. Nothing where there is no recorder. */
export function SaveRecording({ manager }: { manager: InspectedManager | null }) {
  const [problem, setProblem] = useState<string | null>(null);
  if (manager?.record === undefined) return null;
  const save = (): void => {
    setProblem(null);
    manager.record?.().then(saveFile, (error: unknown) => {
      setProblem(error instanceof Error ? error.message : String(error));
    });
  };
  return (
    <>
      <button type="button" onClick={save}>
        Save recording
      </button>
      {problem === null ? null : (
        <p class="problem" role="alert">
          No recording: {problem}
        </p>
      )}
    </>
  );
}

function saveFile(bytes: Uint8Array): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/octet-stream' }));
  link.download = `switchboard-${new Date().toISOString().replaceAll(/[:.]/gu, '-')}.swbr`;
  link.click();
  // The download has its own hold on it by then.
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, 0);
}
