import { PUBLICATION, type DatabaseFacts } from '../facts/facts.js';
import { listed, type Finding } from '../finding.js';

const SUBJECT = 'database';
/** Makes the server read its settings; it then reports which ones wait for a restart. */
const RELOAD = 'SELECT pg_reload_conf()';

/** What is wrong with the database as a whole. */
export function checkDatabase(facts: DatabaseFacts): Finding[] {
  return [...publication(facts), ...checkReplication(facts)];
}

/** The part that broadcasts from the database depend on, too. */
export function checkReplication(facts: DatabaseFacts): Finding[] {
  return [...walLevel(facts), ...slots(facts), ...senders(facts), ...lostSlots(facts)];
}

function walLevel({ walLevel, walLevelPending }: DatabaseFacts): Finding[] {
  if (walLevel === 'logical') return [];
  return [
    {
      severity: 'error',
      check: 'wal_level',
      subject: SUBJECT,
      message: walLevelPending
        ? `wal_level is ${walLevel} until PostgreSQL is restarted`
        : `wal_level is ${walLevel}, not logical`,
      why: 'Without logical decoding no change leaves the database. The setting takes effect when PostgreSQL is restarted, which you have to do.',
      sql: walLevelPending ? [] : ["ALTER SYSTEM SET wal_level = 'logical'", RELOAD],
      restart: true,
    },
  ];
}

function publication({ publication: found, refusedIfSent }: DatabaseFacts): Finding[] {
  if (found === null) {
    return [
      {
        severity: 'error',
        check: 'publication',
        subject: SUBJECT,
        message: `there is no publication ${PUBLICATION}`,
        why: 'Realtime sends the changes of the tables in this publication and of no others.',
        sql: [`CREATE PUBLICATION ${PUBLICATION}`],
      },
    ];
  }
  const missing = (['insert', 'update', 'delete'] as const).filter((event) => !found[event]);
  if (missing.length === 0) return [];
  const stops = refusedIfSent.length > 0;
  return [
    {
      severity: 'error',
      check: 'publication_events',
      subject: SUBJECT,
      message: `the publication ${PUBLICATION} leaves out ${missing.join(' and ')}`,
      why: stops
        ? `Changes of these kinds are never sent, for any table. Before it can send them, these tables need a replica identity that fits, or PostgreSQL would refuse their UPDATEs and DELETEs: ${listed(refusedIfSent)}. Run doctor with --tables on them.`
        : 'Changes of these kinds are never sent, for any table.',
      sql: stops ? [] : [`ALTER PUBLICATION ${PUBLICATION} SET (publish = 'insert, update, delete, truncate')`],
    },
  ];
}

function slots({ slots: used, maxSlots, realtimeSlot }: DatabaseFacts): Finding[] {
  if (used < maxSlots) return [];
  return [
    {
      severity: realtimeSlot ? 'warning' : 'error',
      check: 'replication_slots',
      subject: SUBJECT,
      message: `all ${maxSlots} replication slots are in use`,
      why: 'Realtime reads changes through a slot, and needs a free one whenever it starts again. Drop slots that nobody reads (pg_replication_slots), or allow more; that takes a restart of PostgreSQL.',
      sql: [`ALTER SYSTEM SET max_replication_slots = ${maxSlots + 5}`, RELOAD],
      restart: true,
    },
  ];
}

function senders({ senders: used, maxSenders }: DatabaseFacts): Finding[] {
  if (used < maxSenders) return [];
  return [
    {
      severity: 'warning',
      check: 'wal_senders',
      subject: SUBJECT,
      message: `all ${maxSenders} WAL senders are in use`,
      why: 'A reader of the replication stream that loses its connection may not get in again. Allowing more takes a restart of PostgreSQL.',
      sql: [`ALTER SYSTEM SET max_wal_senders = ${maxSenders + 5}`, RELOAD],
      restart: true,
    },
  ];
}

/** Dropping a slot loses what its reader has not read, so that is left to people. */
function lostSlots({ lostSlots: names }: DatabaseFacts): Finding[] {
  if (names.length === 0) return [];
  return [
    {
      severity: 'warning',
      check: 'lost_slots',
      subject: SUBJECT,
      message: `replication slots have lost, or are about to lose, what they are to send: ${names.join(', ')}`,
      why: 'Their reader lags too far (max_slot_wal_keep_size). Nothing more comes through a lost slot: drop it with pg_drop_replication_slot, so that its reader makes a new one.',
      sql: [],
    },
  ];
}
