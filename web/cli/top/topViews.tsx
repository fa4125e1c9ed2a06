import { Box, Text } from 'ink';
import { keysOf } from '../../inspector/model/keys.js';
import { PLAN_LIMITS, PLAN_WORDS, type PlanName } from '../../inspector/model/limits.js';
import type { ManagerView } from '../../inspector/model/watch.js';
import { count, ms, span } from '../../inspector/views/format.js';
import { explainAll, factsOf } from '../../recording/explain/index.js';

const COLOURS: Readonly<Partial<Record<string, string>>> = {
  ...{ live: 'green', open: 'green', partial: 'yellow', retrying: 'yellow', backoff: 'yellow' },
  ...{ offline: 'red', parked: 'red' },
};
/** Reasons that are listed; the rest is counted. */
const EXPLAINED = 3;

type Props = { view: ManagerView; plan: PlanName; isPaused: boolean; width: number };

export function TopView({ view, plan, isPaused, width }: Props) {
  const { status, inspection, now, latency } = view;
  return (
    <>
      <Box gap={1}>
        <Text bold>Switchboard</Text>
        <State state={status.overall} />
        <Text wrap="truncate">
          {status.since === 0 ? '' : `for ${span(now - status.since)}`} {inspection.endpoint}
        </Text>
        {isPaused ? <Text inverse> paused </Text> : null}
      </Box>
      <Text wrap="truncate">
        commit to callback: median {ms(latency.median)}, 95 % {ms(latency.p95)}, of {count(latency.count)}
      </Text>
      <Rates view={view} plan={plan} />
      <Sockets view={view} />
      <Keys view={view} width={width} />
      <Channels view={view} width={width} />
      <Reasons view={view} />
    </>
  );
}

function State({ state }: { state: string }) {
  const color = COLOURS[state];
  return (
    <Text bold {...(color === undefined ? {} : { color })}>
      {state}
    </Text>
  );
}

function Rates({ view: { rates, status }, plan }: Pick<Props, 'view' | 'plan'>) {
  const limits = PLAN_LIMITS[plan];
  const open = status.connections.filter(({ state }) => state === 'open').length;
  const parts = [
    `connections ${count(open)}/${count(limits.connections)}`,
    `messages ${count(rates.now.messages)}/${count(limits.messagesPerSecond)} per s`,
    `joins ${count(rates.now.joins)}/${count(limits.joinsPerSecond)}`,
    `presence ${count(rates.now.presence)}/${count(limits.presencePerSecond)}`,
    `changes ${count(rates.now.changes)}`,
  ];
  return (
    <Text wrap="truncate">
      of what {PLAN_WORDS[plan]} allows the project: {parts.join(', ')}
    </Text>
  );
}

function Title({ children }: { children: string }) {
  return (
    <Box marginTop={1}>
      <Text dimColor>{children}</Text>
    </Box>
  );
}

/** One line: a state in its colour, then columns of a fixed width, then what is left. */
function Line({
  state,
  columns,
  rest,
}: {
  state: string;
  columns: readonly (readonly [string, number])[];
  rest: string;
}) {
  return (
    <Box>
      <Box width={11} flexShrink={0}>
        <State state={state} />
      </Box>
      {columns.map(([text, width], index) => (
        <Box key={index} width={width} flexShrink={0}>
          <Text wrap="truncate">{text}</Text>
        </Box>
      ))}
      <Text wrap="truncate">{rest}</Text>
    </Box>
  );
}

function why({ code, message }: { code: string; message: string }): string {
  return code === 'OK' ? '' : `${code} ${message}`;
}

function Sockets({ view: { status, now } }: Pick<Props, 'view'>) {
  return (
    <>
      <Title>SOCKETS</Title>
      {status.connections.map((each) => {
        const next = each.nextRetryAt === null ? '' : `, next in ${span(each.nextRetryAt - now)}`;
        const columns = [
          [`${each.id}`, 4],
          [span(now - each.since), 11],
          [`${each.channels} channels`, 13],
          [ms(each.rttMs), 9],
        ] as const;
        return <Line key={each.id} state={each.state} columns={columns} rest={`${why(each)}${next}`} />;
      })}
    </>
  );
}

function Keys({ view: { status, inspection }, width }: Pick<Props, 'view' | 'width'>) {
  const keys = keysOf(status, inspection);
  return keys.length === 0 ? null : (
    <>
      <Title>SUBSCRIPTIONS</Title>
      {keys.map(({ key, name, worst, changes, workMs }) => {
        const columns = [
          [name, Math.min(34, Math.floor(width / 3))],
          [`${count(changes)} changes`, 15],
          [ms(workMs), 9],
        ] as const;
        return <Line key={key} state={worst.state} columns={columns} rest={why(worst)} />;
      })}
    </>
  );
}

function Channels({ view: { status, inspection }, width }: Pick<Props, 'view' | 'width'>) {
  if (status.channels.length === 0) return null;
  const members = new Map(inspection.channels.map(({ id, members: present }) => [id, present.length]));
  return (
    <>
      <Title>CHANNELS</Title>
      {status.channels.map((each) => {
        const columns = [
          [each.name, Math.min(34, Math.floor(width / 3))],
          [`${count(members.get(each.id) ?? 0)} present`, 15],
        ] as const;
        return <Line key={each.id} state={each.state} columns={columns} rest={why(each)} />;
      })}
    </>
  );
}

function Reasons({ view: { status, inspection, now } }: Pick<Props, 'view'>) {
  const explanations = explainAll(factsOf(status, inspection, now));
  if (explanations.length === 0) return null;
  const [first] = explanations;
  return (
    <>
      <Title>WHY</Title>
      {first?.chain.map(({ what }) => (
        <Text key={what}>{what}</Text>
      ))}
      {first?.wayOut.slice(0, EXPLAINED).map(({ what, how }) => (
        <Text key={what} color="cyan">
          → {what} {how ?? ''}
        </Text>
      ))}
      {explanations.length > 1 ? <Text dimColor>and {explanations.length - 1} more that are not live</Text> : null}
    </>
  );
}
