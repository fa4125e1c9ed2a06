/** @jsxImportSource preact */
import type { Explanation } from '../../recording/explain/index.js';

/** The chain of reasons and the way out. */
export function ExplanationView({ explanation }: { explanation: Explanation }) {
  const { chain, wayOut } = explanation;
  if (chain.length === 0) return <p class="quiet">It is live, and nothing is amiss.</p>;
  return (
    <div class="explanation">
      <p class="label">Why</p>
      <ol class="chain">
        {chain.map(({ what, code, said }, index) => (
          <li key={index}>
            {what} {code === null ? null : <code>{code}</code>}
            {said === '' ? null : <blockquote>{said}</blockquote>}
          </li>
        ))}
      </ol>
      <p class="label">What to do</p>
      <ul class="remedies">
        {wayOut.map(({ what, how, check }, index) => (
          <li key={index}>
            {what}
            {check === null ? null : <span class="quiet"> doctor: {check}</span>}
            {how === null ? null : <pre tabIndex={0}>{how}</pre>}
          </li>
        ))}
      </ul>
    </div>
  );
}
