import type { FromHub, Port, ToHub } from '../wire/messages.js';
import type { Channel, Realm } from './realm.js';

/** On the channel of a line. `open` is the leader's first word; whoever else answers the same call is ignored. */
type Parcel = { readonly leader: string; readonly message?: ToHub | FromHub; readonly open?: true };

/** A tab's end of a line to the leader. What is posted before one has answered waits. */
export class LeaderCall implements Port {
  /** Who has answered. */
  leader: string | null = null;
  readonly #closed: () => void;
  readonly #channel: Channel;
  #waiting: (ToHub | FromHub)[] = [];
  /** To a leader in the same page. */
  #near: Port | null = null;
  #listener: ((message: unknown) => void) | null = null;
  #isClosed = false;

  /** `elections`: how many there had been when the call was made. */
  constructor(
    readonly name: string,
    readonly elections: number,
    realm: Realm,
    closed: () => void,
  ) {
    this.#closed = closed;
    this.#channel = realm.channel(name, (parcel) => {
      this.#take(parcel as Parcel);
    });
  }

  post(message: ToHub | FromHub): void {
    const { leader } = this;
    if (this.#isClosed) return;
    if (leader === null) this.#waiting.push(message);
    else if (this.#near !== null) this.#near.post(message);
    else this.#channel.post({ leader, message } satisfies Parcel);
  }

  listen(call: (message: unknown) => void): void {
    this.#listener = call;
    this.#near?.listen(call);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#near?.close();
    this.#channel.close();
    this.#closed();
  }

  /** The leader is in the same page. */
  connect(leader: string, port: Port): void {
    this.#near = port;
    this.#channel.close();
    if (this.#listener !== null) port.listen(this.#listener);
    this.#open(leader);
  }

  /** Another leader has taken the place of the one that has answered. */
  replaced(): void {
    this.#listener?.({ replaced: true } satisfies FromHub);
  }

  #take({ leader, message, open }: Parcel): void {
    if (this.#isClosed || this.#near !== null) return;
    if (open === true && this.leader === null) this.#open(leader);
    else if (leader === this.leader && message !== undefined) this.#listener?.(message);
  }

  #open(leader: string): void {
    this.leader = leader;
    for (const message of this.#waiting.splice(0)) this.post(message);
  }
}

/** The leader's end of a line. `closed` hears that it is over. */
export function answerCall(realm: Realm, name: string, leader: string, closed: () => void): Port {
  let listener: ((message: unknown) => void) | null = null;
  const channel = realm.channel(name, (parcel) => {
    const { leader: meant, message } = parcel as Parcel;
    if (meant === leader && message !== undefined) listener?.(message);
  });
  return {
    post: (message) => {
      channel.post({ leader, message } satisfies Parcel);
    },
    listen: (call) => {
      listener = call;
      channel.post({ leader, open: true } satisfies Parcel);
    },
    close: () => {
      channel.close();
      closed();
    },
  };
}
