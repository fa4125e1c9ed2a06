import type { TrackingFacts, TrackingState } from '../facts/tracking.js';
import { listed, quoteName, type Finding } from '../finding.js';

const SUBJECT = 'switchboard';
/** Longer than any sensible period, with room for a slow job. */
const STALE_S = 60;

/** Whether the SQL of numbered changes is there, and of which version. */
export function installed(facts: TrackingFacts | null, packaged: number): Finding[] {
  const why = 'The file has the functions that number changes and keep them, and the policies for their topics.';
  if (facts === null) {
    const message = 'the SQL of numbered changes is not installed';
    return [
      { severity: 'error', check: 'track_installed', subject: SUBJECT, message, why, sql: [], file: 'track.sql' },
    ];
  }
  if (!facts.isOwner) {
    const message = `the role of this connection may not use the schema switchboard of ${facts.owner}`;
    return [
      {
        severity: 'error',
        check: 'track_rights',
        subject: SUBJECT,
        message,
        why: `Connect as ${facts.owner}.`,
        sql: [],
      },
    ];
  }
  if (facts.version === packaged) return [];
  const message = `version ${facts.version} of its SQL is installed, and ${packaged} ships with this package`;
  if (facts.version > packaged)
    return [{ severity: 'note', check: 'track_installed', subject: SUBJECT, message, why, sql: [] }];
  return [
    { severity: 'warning', check: 'track_installed', subject: SUBJECT, message, why, sql: [], file: 'track.sql' },
  ];
}

/** What all tracked tables need. */
export function checkTrackingState(state: TrackingState, role: string): Finding[] {
  return [...policies(state), ...rights(state, role), ...triggers(state), ...beat(state)];
}

function policies({ wrongPolicies }: TrackingState): Finding[] {
  if (wrongPolicies.length === 0) return [];
  return [
    {
      ...{ severity: 'error', check: 'track_policies', subject: 'realtime.messages' },
      message: `policies are missing or were changed: ${listed(wrongPolicies.map(quoteName))}`,
      why: 'They decide by the expression of the readers who may join the topics, and let nobody send on them.',
      sql: ['SELECT switchboard.make_policies()'],
    },
  ];
}

function rights({ readerRights }: TrackingState, role: string): Finding[] {
  if (readerRights) return [];
  const name = quoteName(role);
  return [
    {
      ...{ severity: 'warning', check: 'track_grants', subject: SUBJECT },
      message: `${role} lacks rights that a reader needs`,
      why: 'It may neither join the topics nor ask for missing changes. What it gets to read is decided by the expression of the readers.',
      sql: [
        `GRANT USAGE ON SCHEMA switchboard, public TO ${name}`,
        `GRANT EXECUTE ON FUNCTION public.switchboard_changes(text, bigint, integer), switchboard.may_read(text), switchboard.refusal(text), switchboard.gates(text) TO ${name}`,
      ],
      access: true,
    },
  ];
}

function triggers({ wrongTriggers }: TrackingState): Finding[] {
  if (wrongTriggers.length === 0) return [];
  return [
    {
      ...{ severity: 'error', check: 'track_triggers', subject: SUBJECT },
      message: `triggers are missing or disabled: ${listed(wrongTriggers)}`,
      why: 'They give the numbers at commit. Until then the beat does, with seconds of delay.',
      sql: wrongTriggers.map((text) => {
        const [name = '', table = ''] = text.split(' of ');
        return `ALTER TABLE ${table} ENABLE TRIGGER ${quoteName(name)}`;
      }),
    },
  ];
}

function beat({ beatAge, canSchedule, isScheduled }: TrackingState): Finding[] {
  if (beatAge !== null && beatAge <= STALE_S) return [];
  const when = beatAge === null ? 'it has never beaten' : `it last beat ${Math.round(beatAge)} s ago`;
  const why = 'The beat numbers what was left, deletes what is old, and proves to clients that broadcasts arrive.';
  const by = 'Have any job call `select switchboard.beat(5000)` every 5 seconds, as its owner.';
  const broken = 'The job switchboard-beat of pg_cron does not do it: see cron.job_run_details.';
  return [
    {
      ...{ severity: 'warning', check: 'track_beat', subject: SUBJECT },
      message: `there is no beat: ${when}`,
      why: isScheduled ? `${why} ${broken}` : canSchedule ? why : `${why} ${by}`,
      ...(isScheduled || !canSchedule
        ? { sql: [] }
        : { file: 'track-cron.sql', sql: ['SELECT switchboard.beat(5000)'] }),
    },
  ];
}
