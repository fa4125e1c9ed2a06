import type { RecordingEntry } from '../../recording/index.js';
import { ms } from '../views/format.js';

export interface Sentence {
  readonly what: string;
  readonly tone: 'calm' | 'warn' | 'bad' | 'good';
}

/** What an entry says, in a sentence. Null: nothing that people need, as for frames and timers. */
export function sentenceOf(entry: RecordingEntry): Sentence | null {
  switch (entry.kind) {
    case 'command':
      return { what: [entry.name, entry.about].filter(Boolean).join(' '), tone: 'calm' };
    case 'socketOpening':
      return entry.refused
        ? { what: 'the runtime refuses the url', tone: 'bad' }
        : { what: 'opens a socket', tone: 'calm' };
    case 'socketOpen':
      return { what: 'the socket is open', tone: 'good' };
    case 'socketClosed': {
      const code = entry.code === 0 ? '' : ` with ${String(entry.code)}`;
      const tone = entry.by === 'server' ? 'bad' : 'calm';
      return { what: `closed by the ${entry.by}${code}${entry.reason === '' ? '' : `: ${entry.reason}`}`, tone };
    }
    case 'decision': {
      const time = entry.ms === null ? '' : ` ${ms(entry.ms)}`;
      return { what: `decides: ${entry.what}${time}${entry.why === '' ? '' : ` (${entry.why})`}`, tone: 'calm' };
    }
    case 'overall':
      return { what: `is ${entry.state}`, tone: entry.state === 'live' ? 'good' : 'warn' };
    case 'state':
      return stateSentence(entry);
    case 'gap':
      return { what: `changes may be missing: ${entry.reason}`, tone: 'bad' };
    case 'gapHealed':
      return { what: 'the gap is over', tone: 'good' };
    case 'hole':
      return { what: `numbers ${entry.from} to ${entry.to} are missing`, tone: 'warn' };
    case 'holeFilled':
      return { what: `numbers ${entry.from} to ${entry.to} were fetched`, tone: 'good' };
    case 'evidence':
      return { what: `evidence: ${entry.what}`, tone: 'calm' };
    case 'fault':
      return { what: `${entry.code}: ${entry.message}`, tone: 'bad' };
    case 'token':
      return { what: `token ${entry.number} of ${entry.role === '' ? 'no role' : entry.role}`, tone: 'calm' };
    case 'request':
      return {
        what: `asks for ${entry.what === 'token' ? 'a token' : `missing changes of ${entry.topic}`}`,
        tone: 'calm',
      };
    case 'log':
      return { what: entry.message, tone: entry.level === 'error' ? 'bad' : 'warn' };
    default:
      return null;
  }
}

const GOOD: readonly string[] = ['live', 'open', 'joined'];

function stateSentence({ from, to, reason, message }: Extract<RecordingEntry, { kind: 'state' }>): Sentence {
  const isWell = reason === '' || reason === 'OK';
  const why = isWell ? '' : `: ${reason}${message === '' ? '' : `, ${message}`}`;
  const tone = GOOD.includes(to) ? 'good' : isWell || reason === 'CONNECTING' ? 'calm' : 'bad';
  return { what: `${from === '' ? '' : `${from} → `}${to}${why}`, tone };
}
