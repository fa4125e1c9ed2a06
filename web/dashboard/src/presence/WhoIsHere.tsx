import { Popover } from 'radix-ui';
import { PeopleIcon } from '../app/icons.js';
import { useColleagues, type Colleague } from './businessPresence.js';
import { deskName } from './deskName.js';

/** How many windows show this business, and on demand which. */
export function WhoIsHere({ businessId }: { businessId: string | undefined }) {
  const { colleagues, status } = useColleagues(businessId, null);
  return (
    <Popover.Root>
      <Popover.Trigger className="quiet-button who" aria-label={`Who is here: ${peopleText(colleagues.length + 1)}`}>
        <PeopleIcon />
        <span className="who-count">{colleagues.length + 1}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="who-list" align="end" sideOffset={8} collisionPadding={12} aria-label="Who is here">
          <h2>Who is here</h2>
          {status?.state === 'live' ? null : <p className="quiet">Not live: this may be out of date.</p>}
          <ul tabIndex={0} aria-label="People">
            <Person name={deskName} note="you" />
            {colleagues.map((colleague) => (
              <Person key={colleague.key} name={colleague.name} note={noteOf(colleague)} />
            ))}
          </ul>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function peopleText(count: number): string {
  return count === 1 ? '1, only you' : `${String(count)}, you too`;
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
