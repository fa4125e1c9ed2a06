/**
 * The database's pulse: a table with one row, whose `seq` the database raises every period (see `sql/pulse.sql` in this
 * package). The server can lose changes with no sign on the wire. A missing beat is that sign.
 *
 * On every socket with live subscriptions the manager listens to the row over a channel of its own, so a pulse that is
 * not available affects nothing else (there is one warning, and it is asked for again every five minutes, by
 * `reconnectAll()` and with a new token).
 *
 * - A jump of `seq` is a gap (`PULSE_LOST`) of every live subscription of the socket, from the last beat to this one.
 * - Silence of 2.5 periods, on a socket that answers, is an open gap until the next beat. Meanwhile `onResync` is
 *   called as a poll.
 * - Not reported: a dead socket (it has causes of its own, though the silence makes the manager probe it), time in
 *   which the page was frozen or the machine asleep, and what was missed while the pulse's own channel was being
 *   joined.
 *
 * A pulse job that has stopped looks like a server that loses everything, so it is reported as silence. What is lost
 * between two beats is not noticed: see `verify` of `liveRows`. Beats never reach `onEvent`, unless a subscription
 * names the pulse's table.
 */
export interface PulseOption {
  /** How often the database raises the row, in ms: 100 to 3,600,000. */
  periodMs: number;
  /** Default 'switchboard_pulse'. */
  table?: string | undefined;
  /** Default 'public'. */
  schema?: string | undefined;
}
