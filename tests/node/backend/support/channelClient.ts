import type { Backend } from 'switchboard-backend';

import { parseFrame, RawClient, type ParsedFrame } from './rawClient.js';

export interface ChangeData {
  type: string;
  table: string;
  record?: Record<string, unknown>;
  old_record?: Record<string, unknown>;
  errors: string[] | null;
  commit_timestamp: string;
}

/** A raw client that speaks vsn 2.0.0, for tests of one behaviour each. */
export class ChannelClient {
  #nextRef = 1;

  private constructor(readonly raw: RawClient) {}

  static async connect(backend: Pick<Backend, 'realtime' | 'anonKey'>, key = backend.anonKey): Promise<ChannelClient> {
    return new ChannelClient(await RawClient.open(`${backend.realtime}/websocket?apikey=${key}&vsn=2.0.0`));
  }

  /** Sends a join and returns its ref. */
  sendJoin(topic: string, config: Record<string, unknown>, accessToken?: string): string {
    const ref = String(this.#nextRef++);
    const payload = { config, ...(accessToken === undefined ? {} : { access_token: accessToken }) };
    this.raw.send([ref, ref, topic, 'phx_join', payload]);
    return ref;
  }

  push(joinRef: string | null, topic: string, event: string, payload: unknown): string {
    const ref = String(this.#nextRef++);
    this.raw.send([joinRef, ref, topic, event, payload]);
    return ref;
  }

  heartbeat(): string {
    return this.push(null, 'phoenix', 'heartbeat', {});
  }

  /** The next frame of the event; what came before it is dropped. */
  async event(event: string, topic?: string): Promise<ParsedFrame> {
    const frame = await this.raw.until((raw) => {
      if (typeof raw !== 'string') return false;
      const parsed = parseFrame(raw);
      return parsed.event === event && (topic === undefined || parsed.topic === topic);
    });
    return parseFrame(frame);
  }

  async reply(ref: string): Promise<Record<string, unknown>> {
    const frame = await this.raw.until((raw) => {
      if (typeof raw !== 'string') return false;
      const parsed = parseFrame(raw);
      return parsed.event === 'phx_reply' && parsed.ref === ref;
    });
    return parseFrame(frame).payload;
  }

  /** Joins and waits for the reply. */
  async join(topic: string, config: Record<string, unknown>, accessToken?: string): Promise<string> {
    const ref = this.sendJoin(topic, config, accessToken);
    const reply = await this.reply(ref);
    if (reply['status'] !== 'ok') throw new Error(`join failed: ${JSON.stringify(reply)}`);
    return ref;
  }

  /** Joins with bindings and waits until changes flow. */
  async subscribe(topic: string, bindings: readonly Record<string, unknown>[], accessToken?: string): Promise<string> {
    const ref = await this.join(topic, { postgres_changes: bindings }, accessToken);
    const { payload } = await this.event('system', topic);
    if (payload['status'] !== 'ok') throw new Error(`subscription failed: ${JSON.stringify(payload)}`);
    return ref;
  }

  async change(topic?: string): Promise<{ data: ChangeData; ids: number[] }> {
    const { payload } = await this.event('postgres_changes', topic);
    return payload as unknown as { data: ChangeData; ids: number[] };
  }

  close(): Promise<{ code: number }> {
    return this.raw.close();
  }
}
