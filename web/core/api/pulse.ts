/**
 * The database's pulse: a table with one row, whose `seq` the database itself raises every period (see `sql/pulse.sql` in this package). The server can lose
 * changes with no sign on the wire; a beat that is missing is that sign.
 *
 * On every socket that carries live subscriptions the manager listens to the row too, over a channel of its own, so a pulse that can't be had costs nothing
 * else (one warning says so; it is asked for again every five minutes, by `reconnectAll()` and with a new token). What it tells:
 *
 * - A jump of `seq` is a gap (`PULSE_LOST`) of every live subscription of the socket, from the last beat to this one.
 * - Silence of 2.5 periods, on a socket that answers, is an open gap until the next beat. Meanwhile `onResync` is called as a poll, as if there were no line.
 * - Not told are: a dead socket (that has causes of its own, though the silence has it probed), time in which the page was frozen or the machine asleep, and what
 *   was missed while the pulse's own channel was being joined.
 *
 * A job that has stopped looks like a server that loses everything, so it is told as silence. What is lost between two beats is not noticed: see `verify` of
 * `liveRows`. Beats are never handed to `onEvent`, unless a subscription names the pulse's table.
 */
export interface PulseOption {
  /** How often the database raises the row, in ms: 100 to 3,600,000. */
  periodMs: number;
  /** Default 'switchboard_pulse'. */
  table?: string | undefined;
  /** Default 'public'. */
  schema?: string | undefined;
}
