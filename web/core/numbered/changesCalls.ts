import type { RpcCallback } from '../api/tables.js';
import { abortWith } from '../base/abort.js';
import type { Command, RpcRequest } from '../engine/engine.js';
import { failureOf, textOf, unwrapped } from './rpcAnswer.js';

/** Of the database, see web/sql/track.sql. */
const FUNCTION = 'switchboard_changes';
const NO_WAY = 'The manager has no way to call the database: give it `supabase`, or the option `rpc`.';

type Answer = Extract<Command, { kind: 'rpcAnswer' | 'rpcFailed' }>;

/** Calls the database for the numbered changes that the core lacks. The core says how long it waits, and tries again. */
export class ChangesCalls {
  readonly #rpc: RpcCallback | null;
  readonly #redact: (text: string) => string;
  readonly #give: (answer: Answer) => void;
  /** By request. */
  readonly #running = new Map<number, AbortController>();
  #ended = false;

  constructor(rpc: RpcCallback | null, redact: (text: string) => string, give: (answer: Answer) => void) {
    this.#rpc = rpc;
    this.#redact = redact;
    this.#give = give;
  }

  /** Each is answered once, unless it becomes unwanted before. Runs the application's code, which may end this. */
  wanted(requests: readonly RpcRequest[]): void {
    for (const request of requests) if (!this.#ended) void this.#call(request);
  }

  unwanted(requests: readonly number[]): void {
    for (const request of requests) this.#end(request);
  }

  /** Gives up what is under way, and calls nothing any more. */
  end(): void {
    this.#ended = true;
    this.unwanted([...this.#running.keys()]);
  }

  async #call({ request, topic, after, atMost }: RpcRequest): Promise<void> {
    const call = new AbortController();
    this.#running.set(request, call);
    let answer: Answer;
    try {
      if (this.#rpc === null) throw new Error(NO_WAY);
      const args = { topic, after, at_most: atMost };
      const { value, error } = unwrapped(await this.#rpc(FUNCTION, args, { signal: call.signal }));
      if (error === null) answer = { kind: 'rpcAnswer', request, text: textOf(value) };
      else answer = this.#failed(request, error);
    } catch (error) {
      answer = this.#failed(request, error);
    }
    if (this.#running.get(request) !== call) return;
    this.#running.delete(request);
    this.#give(answer);
  }

  #failed(request: number, error: unknown): Answer {
    const { text, message } = failureOf(error);
    if (text !== null) return { kind: 'rpcAnswer', request, text: this.#redact(text) };
    return { kind: 'rpcFailed', request, message: this.#redact(message) };
  }

  #end(request: number): void {
    const call = this.#running.get(request);
    this.#running.delete(request);
    if (call !== undefined) abortWith(call, new DOMException('the answer is of no use any more', 'AbortError'));
  }
}
