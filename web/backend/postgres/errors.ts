import { DatabaseError } from 'pg';

/** Condition names of the SQLSTATE codes that checking a subscription can raise. */
const conditionNames: Record<string, string> = {
  '0A000': 'feature_not_supported',
  '22000': 'data_exception',
  '22001': 'string_data_right_truncation',
  '22003': 'numeric_value_out_of_range',
  '22007': 'invalid_datetime_format',
  '22008': 'datetime_field_overflow',
  '22009': 'invalid_time_zone_displacement_value',
  '2201B': 'invalid_regular_expression',
  '22023': 'invalid_parameter_value',
  '22025': 'invalid_escape_sequence',
  '22P02': 'invalid_text_representation',
  '22P03': 'invalid_binary_representation',
  '2202E': 'array_subscript_error',
  '23514': 'check_violation',
  '42501': 'insufficient_privilege',
  '42704': 'undefined_object',
  '42846': 'cannot_coerce',
  '42883': 'undefined_function',
  '54000': 'program_limit_exceeded',
  P0001: 'raise_exception',
};

export class RaisedError extends Error {
  readonly code = 'P0001';
}

/** The error as the server words it, or null when it is none that PostgreSQL raised about the input. */
export function describeDatabaseError(error: unknown): string | null {
  if (!(error instanceof DatabaseError || error instanceof RaisedError)) return null;
  const code = error.code ?? '';
  const name = conditionNames[code];
  return name === undefined ? null : `ERROR ${code} (${name}) ${error.message}`;
}
