import type { StatusSummary } from './summary.js';

const NAMED = 2;

/** The state in a sentence, for people who know nothing of connections. */
export function englishSentence(summary: StatusSummary): string {
  const { overall, catchingUp, deviceOffline, live, behind } = summary;
  if (overall === 'idle') return 'Nothing on this page needs live updates.';
  if (overall === 'live' && catchingUp) return 'Connected. What was missed is being fetched.';
  if (overall === 'live') return `${capitalized(someOf(live))} ${live.length === 1 ? 'is' : 'are'} live.`;
  if (overall === 'partial') {
    const missing = `${capitalized(someOf(behind))} ${behind.length === 1 ? 'is' : 'are'} not live`;
    return live.length === 0 ? `${missing}.` : `${missing}; ${someOf(live)} ${live.length === 1 ? 'is' : 'are'}.`;
  }
  if (overall === 'connecting') return 'Connecting. What you see may not be the newest.';
  if (deviceOffline) return 'This device is offline. What you see may be out of date; it is tried again by itself.';
  return 'There is no live connection. What you see may be out of date; it is tried again by itself.';
}

/** Bookings, payments and 4 more. */
function someOf(names: readonly string[]): string {
  const lower = names.map(uncapitalized);
  if (names.length <= NAMED + 1) return listOf(lower);
  return `${lower.slice(0, NAMED).join(', ')} and ${String(names.length - NAMED)} more`;
}

export function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1] ?? ''}`;
}

/** `admin_alerts` as people write it. */
export function tableName(table: string): string {
  return capitalized(table.replaceAll('_', ' '));
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function uncapitalized(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
