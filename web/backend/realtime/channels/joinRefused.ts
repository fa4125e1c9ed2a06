/** A join that is refused; the message is the reply's reason. */
export class JoinRefused extends Error {
  /** The whole socket is closed after the answer. */
  readonly disconnects: boolean;

  constructor(reason: string, disconnects = false) {
    super(reason);
    this.disconnects = disconnects;
  }
}
