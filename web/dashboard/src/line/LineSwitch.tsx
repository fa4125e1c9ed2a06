import { useConnectionStatus } from 'switchboard-realtime/react';
import { Choices } from '../lab/Choices.js';
import { takeLine, useLines, type LineChoice } from './line.js';
import { useSharedLine, useSharers } from './windows.js';

const choices: readonly { value: LineChoice; label: string; about: string }[] = [
  { value: 'shared', label: 'One line for all tabs', about: 'The tabs and windows of this browser share one socket' },
  { value: 'own', label: 'A line of its own', about: 'This window has a socket for nobody else' },
];

/** How this window comes to its line, and who shares it. The choice is in the address of the page, which is loaded again. */
export function LineSwitch() {
  const lines = useLines();
  return (
    <section aria-labelledby="line-switch">
      <h3 id="line-switch">The line</h3>
      <Sharers />
      <Choices
        labelledBy="line-switch"
        choices={choices}
        taken={lines.taken}
        onTake={(value) => {
          takeLine(value, lines);
        }}
      />
    </section>
  );
}

/** The tabs with this line, and what carries it. */
function Sharers() {
  const line = useSharedLine();
  const sharers = useSharers(line);
  const tabs = useConnectionStatus((status) => status.tabs);
  if (line === null) return <p className="quiet">Nobody shares the line of this window.</p>;
  if (tabs === undefined) return <p className="quiet">There is no line yet.</p>;
  if (tabs.carrier === 'own') return <p className="quiet">Nobody shares the line of this window. {tabs.message}</p>;
  return (
    <>
      <ol className="sharers" aria-label="Tabs with this line" data-carrier={tabs.carrier}>
        {tabs.carrier === 'worker' ? (
          <li data-carries="true">
            A worker of the browser <span>carries the line</span>
          </li>
        ) : null}
        {sharers.map(({ isThis, isCarrier }, at) => (
          <li key={at} data-carries={isCarrier}>
            {isThis ? 'This tab' : `Tab ${String(at + 1)}`} {isCarrier ? <span>carries the line</span> : null}
          </li>
        ))}
      </ol>
      <div className="switches">
        <button
          type="button"
          onClick={() => {
            line.endCarrier();
          }}
        >
          <b>Close the carrier</b>
          <span>
            {tabs.carrier === 'worker'
              ? 'Ends the worker; the tabs take another'
              : 'Loads that tab again; the others take over'}
          </span>
        </button>
      </div>
    </>
  );
}
