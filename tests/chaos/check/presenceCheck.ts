import { setTimeout as sleep } from 'node:timers/promises';
import type { RoomHandle } from '../clients/roomHandle.js';
import { sortedJson, type Present } from '../world/presenceWitness.js';

const LOOK_MS = 500;

/** Who should be present: of each manager's channel what was tracked last. */
export function wanted(handles: readonly RoomHandle[]): Present {
  const newest = new Map<string, { at: number; text: string }>();
  for (const { channel, tracked, trackedAt } of handles) {
    const { presenceKey } = channel.status();
    if (tracked === null || presenceKey === null || (newest.get(presenceKey)?.at ?? -1) > trackedAt) continue;
    newest.set(presenceKey, { at: trackedAt, text: sortedJson(tracked) });
  }
  return new Map([...newest].map(([key, { text }]) => [key, [text]]));
}

export function shownBy({ channel }: RoomHandle): Present {
  return new Map(
    channel.presence().map(({ key, payloads }) => [key, payloads.map((payload) => sortedJson(payload))] as const),
  );
}

/**
 * Waits until the server and each handle that watches know the same, and what was tracked. Gives what is wrong if they never do. `handles`: of one room.
 */
export async function checkPresence(
  handles: readonly RoomHandle[],
  askServer: () => Promise<Present>,
  limitMs: number,
): Promise<string[]> {
  const end = performance.now() + limitMs;
  for (;;) {
    const problems = compare(handles, await askServer());
    if (problems.length === 0 || performance.now() > end) return problems;
    await sleep(LOOK_MS);
  }
}

function compare(handles: readonly RoomHandle[], server: Present): string[] {
  const here = text(server);
  const should = text(wanted(handles));
  return [
    ...(here === should ? [] : [`the server has ${here}, and ${should} was tracked`]),
    ...handles
      .filter((handle) => handle.watchesPresence && text(shownBy(handle)) !== here)
      .map((handle) => `${handle.name} shows ${text(shownBy(handle))}, and the server has ${here}`),
  ];
}

/** Whatever the order of keys and payloads. */
function text(present: Present): string {
  return [...present]
    .map(([key, payloads]) => `${key} ${[...payloads].sort().join(' ')}`)
    .sort()
    .join('; ');
}
