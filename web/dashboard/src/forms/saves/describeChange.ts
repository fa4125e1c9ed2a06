import type { Booking } from '../../data/database.js';
import { formatWhen } from '../../format.js';

/** What somebody else changed, for messages: `Start: was 11:45, now 15:30.` */
export function describeChange({ label, before, theirs }: { label: string; before: string; theirs: string }): string {
  return `${capitalized(label)}: was ${before}, now ${theirs}.`;
}

/** What others changed during a save, for its confirmation: `Changed by someone else: status was confirmed, now cancelled.` Empty: nothing. */
export function describeLateNews(news: readonly { label: string; before: string; theirs: string }[]): string {
  if (news.length === 0) return '';
  const changes = news.map(({ label, before, theirs }) => `${label} was ${before}, now ${theirs}`);
  return `Changed by someone else: ${changes.join('; ')}.`;
}

/** A description of a row with what others changed in it. */
export function withNews(description: string, lateNews: string): string {
  return lateNews === '' ? description : `${description}. ${lateNews}`;
}

/** Which booking, in a message. */
export function describeBooking({ client_name, service, starts_at }: Booking, zone: string): string {
  return `${client_name}, ${service}, ${formatWhen(starts_at, zone)}`;
}

export function capitalized(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
