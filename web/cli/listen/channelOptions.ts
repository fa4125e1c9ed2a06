import { InvalidArgumentError } from 'commander';

/** A channel that `listen` was asked for. */
export interface ChannelSource {
  /** Without `realtime:`. */
  name: string;
  /** Null: every event. */
  event: string | null;
}

/**
 * Reads `name`, `name:event` or, since names may hold colons themselves, `na:me:` for every event of `na:me`: what follows the last colon is the
 * event.
 */
export function readChannel(text: string): ChannelSource {
  const colon = text.lastIndexOf(':');
  if (colon < 0) return { name: text, event: null };
  const event = text.slice(colon + 1);
  return { name: text.slice(0, colon), event: event === '' || event === '*' ? null : event };
}

/** What to write for the channel whose name has the colon, where the event looks like a part of the name; else null. */
export function colonHint({ name, event }: ChannelSource): string | null {
  if (event === null || !/\d/u.test(event)) return null;
  return `listening to the event "${event}" of the channel "${name}"; for all events of the channel "${name}:${event}" write --channel ${name}:${event}:`;
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A span such as 90s, 10m, 2h or 3d, in ms. */
export function parseSpan(text: string): number {
  const [, count = '', unit = ''] = /^(\d+(?:\.\d+)?)([smhd])$/u.exec(text) ?? [];
  const ms = Number(count) * (UNITS[unit] ?? 0);
  if (ms > 0 && ms <= Date.now()) return ms;
  throw new InvalidArgumentError('It must be a time span such as 90s, 10m, 2h or 3d.');
}
