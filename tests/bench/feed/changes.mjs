// @ts-check
// Changes as the server writes them, byte for byte but for the values: the order of members and the blanks are those of recorded frames.

/** @typedef {import('./rows.mjs').Row} Row */
/**
 * @typedef {object} Change
 * @property {string} interest the table and filter that it matches, see `interestOf`
 * @property {string} data the JSON text of the frame's `data`
 * @property {Record<string, unknown>} row as it is after the change
 * @property {Payload} payload what a callback has to get
 */
/**
 * @typedef {object} Payload
 * @property {string} schema
 * @property {string} table
 * @property {string} commit_timestamp
 * @property {'UPDATE'} eventType
 * @property {Record<string, unknown>} new
 * @property {Record<string, unknown>} old
 * @property {null} errors
 */

const SCHEMA = 'public';
const EPOCH = Date.UTC(2026, 10, 22, 10);

/** What a subscription of this table and filter gets. @param {string} table @param {string} filter */
export const interestOf = (table, filter) => `${table} ${filter}`;

/** As PostgreSQL writes jsonb: blanks after colons and commas. @param {object} value @returns {string} */
function jsonb(value) {
  const members = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${JSON.stringify(item)}`);
  return `{${members.join(', ')}}`;
}

/** As PostgreSQL orders the keys of jsonb: by length, then by letters. @param {Record<string, unknown>} row */
function ordered(row) {
  const names = Object.keys(row).sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  return Object.fromEntries(names.map((name) => [name, row[name]]));
}

/**
 * The UPDATE that makes `revision` of a row.
 *
 * @param {Row} kind
 * @param {number} revision
 * @param {number} key which row
 * @param {string} filter of the subscription that it matches; empty: one without
 * @param {boolean} [full] whether the old image is whole (REPLICA IDENTITY FULL) or only the key
 * @returns {Change}
 */
export function makeChange(kind, revision, key, filter, full = true) {
  const row = ordered(kind.image(revision, key));
  const old = full ? ordered(kind.image(revision - 1, key)) : { id: row.id };
  const time = new Date(EPOCH + revision).toISOString();
  const data =
    `{"table":${JSON.stringify(kind.table)},"type":"UPDATE","record":${jsonb(row)},` +
    `"columns":[${kind.columns.map(jsonb).join(', ')}],"errors":null,"schema":"${SCHEMA}",` +
    `"commit_timestamp":"${time}","old_record":${jsonb(old)}}`;
  return {
    interest: interestOf(kind.table, filter),
    data,
    row,
    payload: {
      schema: SCHEMA,
      table: kind.table,
      commit_timestamp: time,
      eventType: 'UPDATE',
      new: row,
      old,
      errors: null,
    },
  };
}
