/** How the commands end. An interrupted one ends with 128 + the number of the signal: 130 or 143. */
export const EXIT = {
  /** `listen`, `send`: all that was asked for; `doctor`: nothing found. */
  ok: 0,
  /** `doctor` found something; `explain`: something went wrong in the recording. */
  findings: 1,
  /** Wrong usage: the command line, the environment, a file that can't be read, a missing driver. */
  usage: 2,
  /** `listen`: nothing was live in time; `send`: no connection in time; `doctor`: the database can't be reached or does not answer. */
  unreachable: 3,
  /** `listen`: some tables or channels were not live, or the key was refused; `send`: the key, the channel or what was sent was refused, or not acknowledged. */
  partly: 4,
  /** The output can't be written. */
  output: 5,
} as const;

/** One text for the help of all commands. */
export const EXIT_HELP = `Exit codes:
  0    listen: --count reached; send: all sent, and acknowledged if asked for;
       doctor: nothing found (notes do not count); explain: nothing went wrong;
       top: ended by its key
  1    doctor: findings; explain: something went wrong
  2    wrong usage
  3    listen: nothing was live within --timeout, and nothing was refused; send:
       no connection within --timeout, or it was lost; doctor: no connection
  4    listen: the key or some table or channel was refused, or one was not live
       within --timeout;
       send: the key or something was refused, or not acknowledged
  5    the output can't be written
  130  interrupted by SIGINT (Ctrl-C); 143: by SIGTERM`;
