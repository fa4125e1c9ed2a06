import { MESSAGES_PUBLICATION, type MessagesFacts } from '../facts/messages.js';
import type { Finding } from '../finding.js';

const SUBJECT = 'realtime.messages';
const DAY_MS = 86_400_000;

export function noMessages(): Finding {
  return {
    ...{ severity: 'error', check: 'messages', subject: SUBJECT },
    message: 'there is no such table',
    why: 'Private channels are authorized through it. The server makes it, with its functions, when a first client connects: let one connect, then run doctor again.',
    sql: [],
  };
}

/** What is wrong with the table for every channel. */
export function checkMessages(facts: MessagesFacts): Finding[] {
  return [...rowSecurity(facts), ...partitions(facts), ...publication(facts), ...sendFunction(facts)];
}

function rowSecurity({ rowSecurity: isOn }: MessagesFacts): Finding[] {
  if (isOn) return [];
  return [
    {
      ...{ severity: 'warning', check: 'messages_security', subject: SUBJECT },
      message: 'row level security is off',
      why: 'Every role with a grant may then read, send and be present on every private channel.',
      sql: ['ALTER TABLE realtime.messages ENABLE ROW LEVEL SECURITY'],
      access: true,
    },
  ];
}

function partitions({ missingDays, today }: MessagesFacts): Finding[] {
  return missingDays.map((day): Finding => {
    return {
      ...{ severity: day === today ? 'error' : 'warning', check: 'messages_partition', subject: SUBJECT },
      message: `there is no partition for ${day === today ? 'today' : 'tomorrow'}, ${day}`,
      why: 'Without one, joins of private channels are refused (MissingPartition), and realtime.send loses its messages. The server makes partitions for some days ahead when a client connects, and once a day.',
      sql: [partitionSql(day)],
    };
  });
}

function partitionSql(day: string): string {
  const next = new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);
  const name = `messages_${day.replaceAll('-', '_')}`;
  return `CREATE TABLE IF NOT EXISTS realtime.${name} PARTITION OF realtime.messages FOR VALUES FROM ('${day}') TO ('${next}')`;
}

function publication({ publication: found }: MessagesFacts): Finding[] {
  const finding = (severity: Finding['severity'], message: string, why: string, sql: string): Finding[] => [
    { severity, check: 'messages_publication', subject: SUBJECT, message, why, sql: [sql] },
  ];
  const why = 'Through it the server reads what the database sends (realtime.send, realtime.broadcast_changes).';
  if (found === null) {
    const create = `CREATE PUBLICATION ${MESSAGES_PUBLICATION} FOR TABLE realtime.messages`;
    const made = `${why} It is made when a first client connects; if it was dropped since, nothing comes until the server starts again.`;
    return finding('warning', `there is no publication ${MESSAGES_PUBLICATION}`, made, create);
  }
  if (!found.complete) {
    const add = `ALTER PUBLICATION ${MESSAGES_PUBLICATION} ADD TABLE realtime.messages`;
    return finding('error', `is not in the publication ${MESSAGES_PUBLICATION}`, why, add);
  }
  if (found.insert) return [];
  const set = `ALTER PUBLICATION ${MESSAGES_PUBLICATION} SET (publish = 'insert, update, delete, truncate')`;
  return finding('error', `the publication ${MESSAGES_PUBLICATION} leaves out insert`, why, set);
}

function sendFunction({ canSend }: MessagesFacts): Finding[] {
  if (canSend) return [];
  return [
    {
      ...{ severity: 'warning', check: 'realtime_send', subject: SUBJECT },
      message: 'there is no function realtime.send(jsonb, text, text, boolean)',
      why: 'The database can not send broadcasts. The server makes the function when a client connects, or is too old for it.',
      sql: [],
    },
  ];
}
