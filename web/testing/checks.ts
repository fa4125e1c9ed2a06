import { REASON_CODES } from '../core/api/reasons.js';
import {
  optionalFlag,
  optionalWord,
  refuseUnknown,
  requireObject,
  requireText,
  type Given,
} from '../core/base/validate.js';
import { SwitchboardError } from '../core/api/errors.js';

const CHANGE = ['table', 'schema', 'eventType', 'new', 'old', 'commit_timestamp', 'errors', 'number', 'epoch'];
const STATES = ['live', 'pending', 'joining', 'retrying', 'parked'];

/** @throws SwitchboardError for an option that `createFakeManager` does not know, and for a `live` that is neither true nor false. */
export function checkFakeOptions(options: unknown): void {
  const given = requireObject(options, 'options');
  refuseUnknown(given, ['live', 'numbers', 'tables'], 'createFakeManager');
  optionalFlag(given, 'live');
}

/** @throws SwitchboardError for a change that no database could report. */
export function checkChange(change: unknown): void {
  const given = requireObject(change, 'emit: the change');
  refuseUnknown(given, CHANGE, 'emit');
  requireText(given, 'table', "name the table that changes, such as { table: 'bookings', … }.");
  requireWord(given['eventType'], 'eventType', ['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']);
  if (given['eventType'] === 'TRUNCATE') {
    if (given['number'] !== undefined) return;
    const message =
      'emit: `number` is missing: only tables in `tables` have TRUNCATE, and all their changes have numbers.';
    throw new SwitchboardError('MISSING_OPTION', 'number', message);
  }
  const row = given['eventType'] === 'DELETE' ? 'old' : 'new';
  if (given[row] === undefined) {
    const message = `emit: \`${row}\` is missing: of ${String(given['eventType'])} the row is given as \`${row}\`.`;
    throw new SwitchboardError('MISSING_OPTION', row, message);
  }
  requireObject(given[row], `emit: \`${row}\``);
}

/** @throws SwitchboardError for a state or a code that there is not. */
export function checkStatus(state: unknown, detail: unknown): void {
  requireWord(state, 'state', STATES);
  const given = requireObject(detail, 'setStatus: the second argument');
  refuseUnknown(given, ['subscription', 'code', 'message', 'nextRetryAt'], 'setStatus');
  optionalWord(given, 'code', REASON_CODES);
}

/** @throws SwitchboardError for a code that there is not. */
export function checkGap(gap: unknown): void {
  const given = requireObject(gap, 'openGap: the gap');
  refuseUnknown(given, ['subscription', 'code', 'message', 'fromCommit'], 'openGap');
  optionalWord(given, 'code', REASON_CODES);
}

function requireWord(value: unknown, option: string, words: readonly string[]): void {
  const given: Given = { [option]: value };
  requireText(given, option, `one of ${words.join(', ')}.`);
  optionalWord(given, option, words);
}
