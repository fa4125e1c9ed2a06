import type { RealtimeClient } from '@supabase/realtime-js';
import { until } from '../until.js';
import type { Fences } from '../world/fence.js';
import type { LedgerChange } from '../world/ledger.js';
import { ledgerTables } from '../world/schema.js';
import type { World } from '../world/world.js';
import { openReferenceClient, ReferenceChannel } from './reference.js';
import { TokenSource } from './tokens.js';

/** What became of the reference client, over all its channels. */
export interface ReferenceTally {
  channels: number;
  expected: number;
  /** Missing while the last word was SUBSCRIBED, or after it. */
  unreported: number;
  /** Missing in a time that it reported. */
  reported: number;
  /** Lost by the server without a sign. */
  silent: number;
  repeated: number;
  /** Frames on which it threw out of the socket's `onmessage`. */
  thrown: number;
  /** Channels that were closed for good. */
  deaths: number;
  /** Channels whose rows were not those of the table in a quiet time, over all quiet times; and their rows. */
  wrongTables: number;
  wrongRows: number;
  tablesChecked: number;
}

const BACK_MS = 15_000;
const ARRIVE_MS = 5_000;

/** Two reference clients, one with access tokens, each with a channel for every table; on the same proxy. */
export class References {
  readonly tally: ReferenceTally;
  readonly tokens: TokenSource;
  readonly #clients: RealtimeClient[];
  readonly #channels: ReferenceChannel[];

  constructor(private readonly world: World) {
    const { backend, db, timeline } = world;
    this.tokens = new TokenSource(backend);
    const endpoint = `${world.proxyUrl.replace('http', 'ws')}/realtime/v1`;
    this.#clients = [null, this.tokens.token].map((token) =>
      openReferenceClient(endpoint, backend.anonKey, token, () => (this.tally.thrown += 1)),
    );
    this.#channels = this.#clients.flatMap((client, i) =>
      ledgerTables.map(
        (table) => new ReferenceChannel(client, { name: `R${i + 1}.${table}`, table }, db, timeline.note),
      ),
    );
    this.tally = {
      ...{ channels: this.#channels.length, expected: 0, unreported: 0, reported: 0, silent: 0, repeated: 0 },
      ...{ thrown: 0, deaths: 0, wrongTables: 0, wrongRows: 0, tablesChecked: 0 },
    };
  }

  /** Resolves when all are subscribed. */
  async ready(): Promise<void> {
    if (!(await until(() => this.#channels.every((channel) => channel.isSubscribed), 30_000))) {
      throw new Error('the reference client was not subscribed');
    }
  }

  /** Waits until what can come back is back and has all that was written. */
  async settle(fences: Fences): Promise<void> {
    await until(() => this.#channels.every((channel) => channel.isSubscribed || channel.isDead), BACK_MS);
    const fence = await fences.write();
    await until(
      () =>
        this.#channels.every(
          ({ isSubscribed, seen, spec }) => !isSubscribed || seen.includes(fence[spec.table].updated),
        ),
      ARRIVE_MS,
    );
  }

  /** Counts what went wrong in a round. Channels that are dead are opened again, as by a user who reloads the page. */
  async judge(changes: readonly LedgerChange[]): Promise<void> {
    for (const channel of this.#channels) {
      this.#count(
        channel,
        changes.filter(({ table }) => table === channel.spec.table),
      );
      const wrong = await channel.wrongRows();
      this.tally.tablesChecked += 1;
      this.tally.wrongRows += wrong;
      if (wrong > 0) this.tally.wrongTables += 1;
      if (!channel.isDead) continue;
      this.tally.deaths += 1;
      await channel.revive();
    }
    await until(() => this.#channels.every((channel) => channel.isSubscribed), BACK_MS);
  }

  async close(): Promise<void> {
    for (const client of this.#clients) {
      await client.removeAllChannels();
      await client.disconnect();
    }
  }

  #count(channel: ReferenceChannel, due: readonly LedgerChange[]): void {
    const { tally } = this;
    const seen = new Set(channel.seen);
    tally.expected += due.length;
    tally.repeated += channel.seen.length - seen.size;
    for (const change of due) {
      if (seen.has(change.id)) continue;
      if (channel.reported(change)) tally.reported += 1;
      else if (this.world.silent.covers(change.at)) tally.silent += 1;
      else tally.unreported += 1;
    }
    channel.seen = [];
    channel.forgetOutages();
  }
}
