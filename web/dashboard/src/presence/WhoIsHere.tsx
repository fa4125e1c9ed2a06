import { Popover } from 'radix-ui';
import { useState } from 'react';
import { PeopleIcon } from '../app/icons.js';
import { useColleagues, type Colleague } from './businessPresence.js';
import { deskName } from './deskName.js';

/** How many windows show this business, and on demand which. */
export function WhoIsHere({ businessId }: { businessId: string | undefined }) {
  const { colleagues, isLive } = useLastKnown(businessId);
  return (
    <Popover.Root>
      <Popover.Trigger
        className="quiet-button who"
        aria-label={`Who is here: ${peopleText(colleagues)}${isLive || colleagues === null ? '' : ', when last known'}`}
      >
        <PeopleIcon />
        <span className="who-count" data-live={isLive}>
          {colleagues === null ? '–' : colleagues.length + 1}
        </span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="who-list" align="end" sideOffset={8} collisionPadding={12} aria-label="Who is here">
          <h2>Who is here</h2>
          {isLive ? null : (
            <p className="quiet">
              {colleagues === null ? 'Not known yet who else is here.' : 'Not live: this is what was known last.'}
            </p>
          )}
          <ul tabIndex={0} aria-label="People">
            <Person name={deskName} note="you" />
            {(colleagues ?? []).map((colleague) => (
              <Person key={colleague.key} name={colleague.name} note={noteOf(colleague)} />
            ))}
          </ul>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

type Known = { readonly businessId: string | undefined; readonly colleagues: readonly Colleague[] };

/** Who is here, or was when that could be known last; null: it never could. */
function useLastKnown(businessId: string | undefined): { colleagues: readonly Colleague[] | null; isLive: boolean } {
  const { colleagues, status } = useColleagues(businessId, null);
  const isLive = status?.state === 'live';
  const [known, setKnown] = useState<Known | null>(null);
  if (isLive && (known?.businessId !== businessId || known?.colleagues !== colleagues))
    setKnown({ businessId, colleagues });
  if (isLive) return { colleagues, isLive };
  return { colleagues: known !== null && known.businessId === businessId ? known.colleagues : null, isLive };
}

function peopleText(colleagues: readonly Colleague[] | null): string {
  if (colleagues === null) return 'not known yet';
  return colleagues.length === 0 ? '1, only you' : `${String(colleagues.length + 1)}, you too`;
}

function noteOf({ editing }: Colleague): string | undefined {
  return editing === null ? undefined : 'is editing a booking';
}

function Person({ name, note }: { name: string; note: string | undefined }) {
  return (
    <li>
      <span className="avatar" aria-hidden="true">
        {initials(name)}
      </span>
      <span className="who-name">
        <bdi title={name}>{name}</bdi>
        {note === undefined ? null : <span className="quiet"> {note}</span>}
      </span>
    </li>
  );
}

/** Of the first two words. */
function initials(name: string): string {
  return name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => Array.from(word)[0] ?? '')
    .join('')
    .toUpperCase();
}
