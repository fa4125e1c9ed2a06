import { DatabaseError } from 'pg';

import { conditionNames } from './conditionNames.js';

/** An error that a function of the server's own SQL raises. */
export class RaisedError extends Error {
  readonly code = 'P0001';
}

/** Classes and codes with which PostgreSQL refuses a connection rather than a query. */
const REFUSED_CONNECTION = /^(28|3D|57P03|53300)/;
/** Codes with which PostgreSQL ends a connection. */
const ENDED_CONNECTION = /^(57P01|57P02|08)/;

/** Whether the database refused or ended the connection, so that it said nothing about the query. */
export function refusesConnection({ code = '' }: DatabaseError): boolean {
  return REFUSED_CONNECTION.test(code) || ENDED_CONNECTION.test(code);
}

/**
 * The error as the server quotes it, or null when the database could not be asked. It quotes every error that PostgreSQL raises, be it
 * about the query or about the state that the database is in.
 */
export function describeDatabaseError(error: unknown): string | null {
  if (error instanceof RaisedError) return `ERROR ${error.code} (raise_exception) ${error.message}`;
  if (!(error instanceof DatabaseError)) return null;
  const { severity = 'ERROR', code = '', message, detail } = error;
  if (REFUSED_CONNECTION.test(code)) return null;
  const name = conditionNames.get(code) ?? 'nil';
  return `${severity} ${code} (${name}) ${message}${metadataOf(error)}${detail === undefined ? '' : `\n\n${detail}`}`;
}

function metadataOf(error: DatabaseError): string {
  const lines = (['table', 'column', 'constraint', 'hint'] as const).flatMap((key) =>
    error[key] === undefined ? [] : [`\n    ${key}: ${error[key]}`],
  );
  return lines.length === 0 ? '' : `\n${lines.join('')}`;
}
