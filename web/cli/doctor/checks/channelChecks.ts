import { readRights, type ChannelContext, type Right } from '../facts/channelRights.js';
import type { Database } from '../facts/database.js';
import { readMessages, sendWarnings, type MessagesFacts } from '../facts/messages.js';
import type { Finding, FindingPart, MakeFinding } from '../finding.js';
import { checkMessages, noMessages } from './messagesChecks.js';
import { rightFinding } from './rightChecks.js';

/** What the role may do on a private channel, and what the database may send to it. @throws DatabaseError */
export async function checkChannels(
  db: Database,
  topics: readonly string[],
  reader: ChannelReader,
): Promise<Finding[]> {
  const messages = await readMessages(db, reader.role);
  if (messages === null) return [noMessages()];
  const findings = checkMessages(messages);
  for (const topic of topics) findings.push(...(await checkChannel(db, { topic, ...reader }, messages)));
  return findings;
}

/** For whom a channel is looked at. */
export interface ChannelReader extends Omit<ChannelContext, 'topic'> {
  /** Row level security does not hold for it. */
  readonly bypasses: boolean;
}

async function checkChannel(
  db: Database,
  context: ChannelContext & ChannelReader,
  messages: MessagesFacts,
): Promise<Finding[]> {
  const make: MakeFinding = (severity, check, part) => ({
    ...{ severity, check, subject: `channel ${context.topic}` },
    ...part,
  });
  const rights = await readRights(db, context);
  const findings = rights.map((right) => rightFinding(right, rights, { context, messages, make }));
  if (!messages.canSend) return findings;
  return [...findings, ...(await checkSend(db, context, rights, make))];
}

/** `realtime.send`, which never fails: tried with the rights of the database's own code, and with those of the role. */
async function checkSend(
  db: Database,
  context: ChannelContext,
  rights: readonly Right[],
  make: MakeFinding,
): Promise<Finding[]> {
  const [own] = await sendWarnings(db, context, false);
  if (own !== undefined) return [make('error', 'realtime_send', lost('realtime.send', own, ''))];
  const [theirs] = await sendWarnings(db, context, true);
  if (theirs === undefined) {
    const why = 'What the database sends to this channel is stored, and sent to who may receive it.';
    return [make('note', 'realtime_send', { message: 'realtime.send works here', why, sql: [] })];
  }
  const maySend = rights.some(
    ({ command, extension, allowed }) => allowed && command === 'INSERT' && extension === 'broadcast',
  );
  const advice = ` A trigger runs with the rights of who writes the row: declare its function SECURITY DEFINER, or let ${context.role} send broadcasts.`;
  return [make(maySend ? 'error' : 'note', 'realtime_send', lost(`realtime.send as ${context.role}`, theirs, advice))];
}

function lost(what: string, warning: string, advice: string): FindingPart {
  return {
    message: `${what} only warns: ${warning}`,
    why: `It does not fail: the transaction is committed and the message is not sent.${advice}`,
    sql: [],
  };
}
