import {
  EXTENSIONS,
  type Authorization,
  type AuthorizationContext,
  type Extension,
  type Permissions,
} from './authorization.js';

/**
 * What one channel's token may do, as far as it has been evaluated: reading at the join, writing at the first message.
 * Both are kept until the token changes.
 */
export class ChannelPolicies {
  readonly #authorization: Authorization;
  readonly #context: AuthorizationContext | null;
  readonly #reads: Permissions = {};
  readonly #writes: Permissions = {};

  /** Without a `context` the channel is public and everything is allowed. */
  constructor(authorization: Authorization, context: AuthorizationContext | null) {
    this.#authorization = authorization;
    this.#context = context;
  }

  /** False also while it has not been evaluated. */
  canRead(extension: Extension): boolean {
    return this.#context === null || this.#reads[extension] === true;
  }

  get canReadAny(): boolean {
    return EXTENSIONS.some((extension) => this.canRead(extension));
  }

  /** Evaluates reading; presence is left out where the channel does not ask for it. Throws as Authorization does. */
  async evaluateReads(withPresence: boolean): Promise<void> {
    if (this.#context === null) return;
    const extensions = withPresence ? EXTENSIONS : (['broadcast'] as const);
    Object.assign(this.#reads, await this.#authorization.readable(this.#context, extensions));
  }

  /** Throws as Authorization does; then it is evaluated again at the next message. */
  async canBroadcast(): Promise<boolean> {
    if (this.#context === null) return true;
    if (this.#writes.broadcast === undefined) await this.#evaluateWrites(this.#context);
    return this.#writes.broadcast === true;
  }

  /** Throws as Authorization does. A channel that joined without presence may read it from its first call on. */
  async canTrack(): Promise<boolean> {
    if (this.#context === null) return true;
    if (this.#writes.presence === undefined) {
      if (this.#reads.presence === undefined) await this.evaluateReads(true);
      await this.#evaluateWrites(this.#context);
    }
    return this.#writes.presence === true;
  }

  /** Whether something that `before` allowed to read is denied here. */
  revokes(before: ChannelPolicies): boolean {
    return EXTENSIONS.some((extension) => before.canRead(extension) && this.#reads[extension] === false);
  }

  async #evaluateWrites(context: AuthorizationContext): Promise<void> {
    Object.assign(this.#writes, await this.#authorization.writable(context));
  }
}
