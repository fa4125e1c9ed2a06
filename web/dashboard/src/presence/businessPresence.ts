import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { ChannelStatus } from 'switchboard-realtime';
import { usePresence } from 'switchboard-realtime/react';
import type { Sibling } from '../line/siblings.js';
import { useSharedLine, type SharedLine } from '../line/windows.js';
import type { Desk } from '../line/words.js';

/** Another window on the same business. */
export type Colleague = {
  readonly key: string;
  readonly name: string;
  /** Id of the booking whose form is open there. */
  readonly editing: string | null;
};

const PREFIX = 'business:';
const LONGEST_NAME = 60;
const MOST_WINDOWS = 100;
const KEY_STORED_AS = 'desk-key';

// Made here and not by the server, which would give this window another one with each reconnect: its own former self would be a stranger then.
const ownKey = madeUpKey();
const NOBODY: readonly Sibling[] = [];

/**
 * The other windows on a business. Those of this browser share a line, on which they are one member, whose payload says all of them.
 *
 * @param track what this window is present with; null to look only
 */
export function useColleagues(
  businessId: string | undefined,
  track: Desk | null,
): { colleagues: readonly Colleague[]; status: ChannelStatus | undefined } {
  const line = useSharedLine();
  const siblings = useSiblings(line, businessId);
  const name = businessId === undefined ? null : (`${PREFIX}${businessId}` as const);
  const key = line === null ? ownKey : browserKey();
  const { others, status } = usePresence(name, { key, track: track && together(line, track, siblings) });
  const [ownName, editing] = [track?.name, track?.editing];
  useEffect(() => {
    if (businessId === undefined || ownName === undefined) return;
    line?.siblings.enter(businessId, { name: ownName, ...(editing === undefined ? {} : { editing }) });
  }, [line, businessId, ownName, editing]);
  const colleagues = useMemo(
    () => [
      ...siblings.map(({ window, desk }) => colleagueOf(window, desk)),
      ...others.flatMap((other) =>
        desksOf(other.payload).map((desk, at) => colleagueOf(`${other.key} ${String(at)}`, desk)),
      ),
    ],
    [siblings, others],
  );
  return { colleagues, status };
}

/** The windows of this browser on the same business. The same array until it changed. */
function useSiblings(line: SharedLine | null, businessId: string | undefined): readonly Sibling[] {
  const subscribe = line === null ? never : line.siblings.subscribe;
  const all = useSyncExternalStore(subscribe, line === null ? () => NOBODY : line.siblings.list);
  return useMemo(() => all.filter(({ at }) => at === businessId), [all, businessId]);
}

function never(): () => void {
  return () => undefined;
}

/** What all windows of this browser are present with: the same in each of them, so that none has to be sent twice. */
function together(line: SharedLine | null, own: Desk, siblings: readonly Sibling[]): Desk & { also?: readonly Desk[] } {
  if (line === null || siblings.length === 0) return own;
  const desks = [...siblings, { window: line.name, desk: own }].sort((a, b) => (a.window < b.window ? -1 : 1));
  const [first = own, ...also] = desks.map(({ desk }) => desk);
  return { ...first, also };
}

/** Of a member: its first window's, and those of the other windows of its browser. */
function desksOf(payload: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>[] {
  const { also } = payload;
  return [payload, ...(Array.isArray(also) ? also.slice(0, MOST_WINDOWS).filter(isRecord) : [])];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Anyone can be present with anything: what is no name is none, and what is long is cut. */
function colleagueOf(key: string, { name, editing }: Readonly<Record<string, unknown>>): Colleague {
  return {
    key,
    name: typeof name === 'string' && name.trim() !== '' ? cut(name.trim()) : 'Somebody',
    editing: typeof editing === 'number' || typeof editing === 'string' ? String(editing) : null,
  };
}

let keptKey: string | undefined;

/** The same in all windows of the browser, and when its core is another one. */
function browserKey(): string {
  keptKey ??= storedKey();
  return keptKey;
}

function storedKey(): string {
  try {
    const stored = localStorage.getItem(KEY_STORED_AS) ?? ownKey;
    localStorage.setItem(KEY_STORED_AS, stored);
    return stored;
  } catch {
    // The browser keeps nothing for this page.
    return ownKey;
  }
}

function madeUpKey(): string {
  return `desk-${Math.random().toString(36).slice(2)}`;
}

function cut(name: string): string {
  const characters = Array.from(name);
  return characters.length <= LONGEST_NAME ? name : `${characters.slice(0, LONGEST_NAME - 1).join('')}…`;
}

/** The texts of `RealtimeConnectionStatus` for this page's channels. */
export function channelText(name: string): string {
  return name.startsWith(PREFIX) ? 'Who is here' : 'Messages';
}
