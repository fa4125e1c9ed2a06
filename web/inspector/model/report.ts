import { explainAll, factsOf } from '../../recording/explain/index.js';
import { keysOf } from './keys.js';
import type { ManagerView } from './watch.js';

/** What is shown, as text to paste into a bug report. Without tokens, rows, payloads and keys of presence. */
export function reportOf(name: string, view: ManagerView): string {
  const { status, stats, inspection, now } = view;
  const { overall, since, connections, channels, tabs } = status;
  const counters = Object.entries(stats.counters).map(([counter, count]) => `${counter} ${count}`);
  const gaps = Object.entries(stats.gaps).map(([counter, count]) => `${counter} ${count}`);
  return [
    `Switchboard: ${name}, ${new Date(now).toISOString()}`,
    `${overall} since ${new Date(since).toISOString()}${inspection.disposed ? ', disposed of' : ''}`,
    `endpoint ${inspection.endpoint}`,
    `api key ${factsText(inspection.apikey)}; token ${factsText(inspection.token)}, from ${inspection.tokenSource}`,
    ...(tabs === undefined ? [] : [`tabs: carried by ${tabs.carrier} (${tabs.code})`]),
    ...section(
      'Sockets',
      connections.map(
        (each) =>
          `${each.id} ${each.state} ${each.code} channels ${each.channels} rtt ${each.rttMs ?? '?'} ms, attempts ${each.attempts} ${each.message}`,
      ),
    ),
    ...section(
      'Keys',
      keysOf(status, inspection).map(
        ({ name: key, worst, subscribers, changes, workMs }) =>
          `${worst.state} ${worst.code} ${key}: ${subscribers.length} subscribers, ${changes} changes, ${workMs.toFixed(1)} ms ${worst.message}`,
      ),
    ),
    ...section(
      'Channels',
      channels.map(
        (each) =>
          `${each.state} ${each.code} ${each.name}${each.private ? ' (private)' : ''}: ${membersOf(view, each.id)} present ${each.message}`,
      ),
    ),
    ...section(
      'Not live, or not as asked',
      explainAll(factsOf(status, inspection, now)).flatMap(({ verdict, subject, chain, wayOut }) => [
        `${subject}: ${verdict}`,
        ...chain.map(({ what, said }) => `  because ${what}${said === '' ? '' : ` “${said}”`}`),
        ...wayOut.map(({ what, how }) => `  do: ${what}${how === null ? '' : ` ${how}`}`),
      ]),
    ),
    ...section('Counters', [counters.join(', '), `gaps: ${gaps.join(', ')}`, `latency ms: ${latencyText(view)}`]),
    '',
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `- ${line.trim()}`)];
}

function factsText(facts: ManagerView['inspection']['token']): string {
  if (facts === null) return 'none';
  const expires = facts.expiresAt === null ? 'no expiry' : `expires ${new Date(facts.expiresAt).toISOString()}`;
  return `${facts.kind} ${facts.role ?? 'without role'}, ${expires}`;
}

function latencyText({ latency: { count, median, p95, p99 } }: ManagerView): string {
  return count === 0 ? 'none measured' : `median ${median ?? 0}, p95 ${p95 ?? 0}, p99 ${p99 ?? 0} of ${count}`;
}

function membersOf({ inspection }: ManagerView, id: number): number {
  return inspection.channels.find((each) => each.id === id)?.members.length ?? 0;
}
