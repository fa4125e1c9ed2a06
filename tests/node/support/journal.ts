import type { Logger } from 'switchboard-realtime';

/** What went on in this process of late, for the message of a test that waited in vain. */
const entries: string[] = [];
const KEPT = 60;

export function note(who: string, text: string): void {
  entries.push(`${new Date().toISOString().slice(11, 23)} ${who}: ${text}`);
  if (entries.length > KEPT) entries.shift();
}

/** The last lines, oldest first. */
export function journal(): string {
  return entries.length === 0 ? '' : `\nwhat went before:\n${entries.join('\n')}`;
}

/** A manager's logger that writes into the journal. */
export const journalLogger: Logger = {
  debug: (message) => {
    note('manager', message);
  },
  info: (message) => {
    note('manager', message);
  },
  warn: (message) => {
    note('manager', message);
  },
  error: (message) => {
    note('manager', message);
  },
};

// A process or machine that stood still explains much: timers of all sides are then due at once.
const STILL_MS = 400;
let last = performance.now();
setInterval(() => {
  const now = performance.now();
  if (now - last > STILL_MS) note('process', `stood still for ${Math.round(now - last)} ms`);
  last = now;
}, 100).unref();
