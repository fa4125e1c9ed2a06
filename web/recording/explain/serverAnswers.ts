import type { Facts, SubjectFacts } from './facts.js';
import { doctorCommand, remedy, roleOf, type Remedy } from './remedy.js';

/** An answer of the server whose cause is known, and what `doctor` would find. */
interface KnownAnswer {
  readonly test: RegExp;
  readonly remedies: (subject: SubjectFacts | null, role: string) => readonly Remedy[];
}

/** Of refused subscriptions, by what PostgreSQL or the server says in them (docs/protocol.md §8.4). The first that fits counts. */
const ANSWERS: readonly KnownAnswer[] = [
  {
    test: /invalid column for filter|column .* does not exist|no column/iu,
    remedies: (subject) => [
      remedy(
        `The filter or \`select\` names a column that ${tableOf(subject)} does not have, or that the role may not read.`,
        null,
        'filter',
      ),
    ],
  },
  {
    test: /invalid input (?:syntax|value)|out of range|malformed array/iu,
    remedies: () => [remedy('The value in the filter is none of the column’s type: fix the filter.', null, 'filter')],
  },
  {
    test: /permission denied|not allowed|must be owner/iu,
    remedies: (subject, role) => [
      remedy(`${role} may not read it.`, `GRANT SELECT ON ${tableOf(subject)} TO "${role}"`, 'grant'),
    ],
  },
  {
    test: /`?filter`? params|parsing .?filter|operator/iu,
    remedies: () => [
      remedy('The filter can’t be read by the server: see the guide’s list of operators.', null, 'filter'),
    ],
  },
  {
    test: /Please check Realtime is enabled|does not exist|Unable to subscribe/iu,
    remedies: (subject, role) => [
      remedy(
        'Publish the table, unless it is already.',
        `ALTER PUBLICATION supabase_realtime ADD TABLE ${tableOf(subject)}`,
        'publication',
      ),
      remedy(`See that ${role} may read it.`, `GRANT SELECT ON ${tableOf(subject)} TO "${role}"`, 'grant'),
    ],
  },
];

function tableOf(subject: SubjectFacts | null): string {
  return subject?.table ?? 'the table';
}

/** For `BAD_BINDING`. */
export function bindingRemedies(subject: SubjectFacts | null, facts: Facts): readonly Remedy[] {
  const role = roleOf(facts);
  // What comes before the exception repeats all parameters, the filter among them.
  const said = subject?.message.split('Exception:').pop() ?? '';
  const known = ANSWERS.find(({ test }) => test.test(said));
  return [
    ...(known?.remedies(subject, role ?? 'anon') ?? []),
    remedy('Have doctor look: it names what is wrong, with the SQL.', doctorCommand(subject, role)),
    remedy('Then `reconnectAll()` tries again at once.'),
  ];
}

/** For `UNAUTHORIZED`. */
export function rightRemedies(subject: SubjectFacts | null, facts: Facts): readonly Remedy[] {
  const role = roleOf(facts);
  const who = role ?? 'the role';
  const fix =
    subject?.table === null
      ? remedy(`Give ${who} a policy on realtime.messages for the topic "${subject.name}".`, null, 'messages')
      : remedy(`Grant ${who} SELECT on ${tableOf(subject)}, and have a policy let it read rows.`, null, 'grant');
  const isSignedOut = facts.token === null;
  return [
    ...(isSignedOut
      ? [
          remedy(
            'No access token is given, so it joins with the rights of the api key: sign in, or give `accessToken`.',
          ),
        ]
      : []),
    fix,
    remedy('Have doctor look.', doctorCommand(subject, role)),
  ];
}
