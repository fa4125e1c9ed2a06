import type { Facts, SubjectFacts } from './facts.js';

/** What to do about something. */
export interface Remedy {
  /** A sentence. */
  readonly what: string;
  /** A command or a statement that does it; null: none. */
  readonly how: string | null;
  /** The check of `doctor` that finds it; null: none does. */
  readonly check: string | null;
}

export function remedy(what: string, how: string | null = null, check: string | null = null): Remedy {
  return { what, how, check };
}

/** Looks at everything that concerns a table or a channel. */
export function doctorCommand(subject: SubjectFacts | null, role: string | null): string {
  const of =
    subject === null ? '' : subject.table === null ? ` --channel ${subject.name}` : ` --tables ${subject.table}`;
  return `npx switchboard-realtime doctor --db "$DATABASE_URL"${of}${role === null ? '' : ` --role ${role}`}`;
}

/** The role that joins run with. */
export function roleOf({ token, keyRole }: Facts): string | null {
  return token?.role ?? keyRole;
}
