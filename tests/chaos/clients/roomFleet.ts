import type { RealtimeManager } from 'switchboard-realtime';
import type { Random } from '../random.js';
import type { Counts } from '../report.js';
import type { World } from '../world/world.js';
import { RoomHandle, type RoomHandleSpec } from './roomHandle.js';
import { DatabaseSpeaker, HandleSpeaker, HttpSpeaker, type SentMessages } from './speakers.js';

/** The handles of each manager of the fleet. B and C are signed in; D speaks version 1.0.0. */
export const handlesOf: Readonly<Record<string, readonly RoomHandleSpec[]>> = {
  A: [{ name: 'A lobby', room: 'lobby', options: { presence: true }, speaks: true, tracks: true }],
  B: [
    { name: 'B lobby', room: 'lobby', options: { self: true }, speaks: true },
    {
      ...{ name: 'B vault', room: 'vault', speaks: true, tracks: true, vsn2: true },
      options: { presence: { key: 'bea' }, replay: { since: Date.now() } },
    },
  ],
  C: [
    { name: 'C lobby 1', room: 'lobby', options: { presence: true }, tracks: true },
    { name: 'C lobby 2', room: 'lobby', options: { presence: true }, speaks: true, tracks: true },
    { name: 'C vault 1', room: 'vault', speaks: true, vsn2: true },
    { name: 'C vault 2', room: 'vault', options: { presence: true, self: true }, speaks: true, vsn2: true },
  ],
  D: [{ name: 'D lobby', room: 'lobby', options: { presence: true }, speaks: true }],
  E: [{ name: 'E lobby', room: 'lobby' }],
};

/** The longest pause of a sender. */
const PAUSE_MS = 400;

export type Speakers = readonly (HandleSpeaker | HttpSpeaker | DatabaseSpeaker)[];

interface Crew {
  managers: ReadonlyMap<string, RealtimeManager>;
  handles: readonly RoomHandle[];
}

/** All that send: handles, two managers over HTTP, and the database. */
export function openSpeakers(
  { db }: World,
  { managers, handles }: Crew,
  random: Random,
  sent: SentMessages,
  outcomes: Counts,
): Speakers {
  const rest = (): [Random, number, SentMessages, Counts] => [random.fork(), PAUSE_MS, sent, outcomes];
  const over = (name: string): RealtimeManager => {
    const manager = managers.get(name);
    if (manager === undefined) throw new Error(`there is no manager ${name}`);
    return manager;
  };
  return [
    ...handles.filter(({ spec }) => spec.speaks ?? spec.tracks).map((handle) => new HandleSpeaker(handle, ...rest())),
    new HttpSpeaker('HTTP of E', over('E'), 'lobby', ...rest()),
    new HttpSpeaker('HTTP of B', over('B'), 'vault', ...rest()),
    new DatabaseSpeaker('SQL lobby', db, 'lobby', ...rest()),
    new DatabaseSpeaker('SQL vault', db, 'vault', ...rest()),
  ];
}

export function openHandles(
  manager: RealtimeManager,
  member: string,
  { timeline }: Pick<World, 'timeline'>,
): RoomHandle[] {
  return (handlesOf[member] ?? []).map((spec) => new RoomHandle(manager, spec, timeline.note));
}
