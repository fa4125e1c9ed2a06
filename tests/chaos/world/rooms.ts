/** The channels under test. What the private one is sent from the database, or is to keep, comes again by replay. */
export const rooms = {
  lobby: { isPrivate: false },
  vault: { isPrivate: true },
} as const;

export type RoomName = keyof typeof rooms;

export const roomNames = Object.keys(rooms) as RoomName[];

/** As the server's log has it. */
export function airName(room: RoomName): string {
  return `${rooms[room].isPrivate ? 'private' : 'public'} ${room}`;
}

/** Who is signed in may do anything in the private room. */
export const createRoomPolicies = `
  create policy chaos_reads on realtime.messages for select to authenticated using (true);
  create policy chaos_writes on realtime.messages for insert to authenticated with check (true);`;

/** The most messages that a join is replayed. */
export const REPLAYED = 25;

/** The event that names message `n` of a sender. */
export function eventName(sender: string, n: number): string {
  return `${sender}:${n}`;
}

export function senderOf(event: string): { sender: string; n: number } {
  const at = event.lastIndexOf(':');
  return { sender: event.slice(0, at), n: Number(event.slice(at + 1)) };
}

/** The event of which only the newest goes out. */
export const CURSOR = 'cursor';
