import { useMemo } from 'react';
import type { ChannelStatus } from 'switchboard-realtime';
import { usePresence } from 'switchboard-realtime/react';

/** What a window tells the others about itself. */
export type Desk = {
  readonly name: string;
  /** The booking whose form is open. */
  readonly editing?: number;
};

/** Another window on the same business. */
export type Colleague = {
  readonly key: string;
  readonly name: string;
  /** Id of the booking whose form is open there. */
  readonly editing: string | null;
};

const PREFIX = 'business:';
const LONGEST_NAME = 60;
// Made here and not by the server, which would give this window another one with each reconnect: its own former self would be a stranger then.
const key = `desk-${Math.random().toString(36).slice(2)}`;

/**
 * The other windows on a business.
 *
 * @param track what this window is present with; null to look only
 */
export function useColleagues(
  businessId: string | undefined,
  track: Desk | null,
): { colleagues: readonly Colleague[]; status: ChannelStatus | undefined } {
  const name = businessId === undefined ? null : (`${PREFIX}${businessId}` as const);
  const { others, status } = usePresence(name, { key, track });
  const colleagues = useMemo(() => others.map((other) => colleagueOf(other.key, other.payload)), [others]);
  return { colleagues, status };
}

/** Anyone can be present with anything: what is no name is none, and what is long is cut. */
function colleagueOf(key: string, { name, editing }: Readonly<Record<string, unknown>>): Colleague {
  return {
    key,
    name: typeof name === 'string' && name.trim() !== '' ? cut(name.trim()) : 'Somebody',
    editing: typeof editing === 'number' || typeof editing === 'string' ? String(editing) : null,
  };
}

function cut(name: string): string {
  const characters = Array.from(name);
  return characters.length <= LONGEST_NAME ? name : `${characters.slice(0, LONGEST_NAME - 1).join('')}…`;
}

/** The texts of `RealtimeConnectionStatus` for this page's channels. */
export function channelText(name: string): string {
  return name.startsWith(PREFIX) ? 'Who is here' : 'Messages';
}
