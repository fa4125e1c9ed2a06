import type { Problem } from '../../writing/index.js';

/** Why something was not saved, in words, with what the server said behind a disclosure. */
export function ProblemText({ problem: { text, detail } }: { problem: Problem }) {
  return (
    <>
      <span>{text}</span>
      <details className="problem-detail">
        <summary>Details</summary>
        <code>{detail}</code>
      </details>
    </>
  );
}
