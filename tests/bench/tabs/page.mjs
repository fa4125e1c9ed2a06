// @ts-check
// One tab; driven from tab.mjs through `bench`.

/** @typedef {import('switchboard-realtime').ChangePayload} ChangePayload */
/** @typedef {import('switchboard-realtime').RealtimeManager} RealtimeManager */

/**
 * @typedef {object} Given
 * @property {string} url
 * @property {string} apikey
 * @property {boolean} tabs
 * @property {readonly string[]} tables followed with `postgres_changes`
 * @property {string | null} numbered the database's REST interface, by which `deals` is followed with numbers
 */

const load = () => import('./client.mjs');

/** @param {string} rest @param {string} apikey @returns {import('switchboard-realtime').RpcCallback} */
const calls =
  (rest, apikey) =>
  async (name, args, { signal }) => {
    const headers = { apikey, authorization: `Bearer ${apikey}`, 'content-type': 'application/json' };
    const response = await fetch(`${rest}/rest/v1/rpc/${name}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(args),
      signal,
    });
    if (!response.ok) throw new Error(await response.text());
    return response.text();
  };

class Tab {
  /** Of the clients that came. @type {string[]} */
  names = [];
  /** Of the numbered deals that came, in their order. @type {number[]} */
  numbers = [];
  /** Of each table, by their ids. @type {Record<string, Map<number, import('switchboard-realtime').Gap>>} */
  gaps = {};
  /** How often subscriptions became live, and when the last one did, in Unix ms. */
  live = 0;
  liveAt = 0;
  /** What each subscription was told, for a tab that is stuck. @type {string[]} */
  log = [];
  /** @type {RealtimeManager | null} */
  manager = null;

  /** Subscribes, and resolves when all is live. @param {Given} given @param {Awaited<ReturnType<typeof load>>} client */
  follow({ url, apikey, tabs, tables, numbered }, { createRealtimeManager }) {
    const more = numbered === null ? {} : { tables: { deals: { by: 'shop' } }, rpc: calls(numbered, apikey) };
    const manager = createRealtimeManager({ url, apikey, tabs, logger: null, ...more });
    this.manager = manager;
    const all = tables.length + (numbered === null ? 0 : 1);
    return /** @type {Promise<void>} */ (
      new Promise((resolve) => {
        /** @param {string} table @returns {import('switchboard-realtime').StatusHandler} */
        const noted =
          (table) =>
          (status, { code }) => {
            this.#note(`${table} ${status} ${code}`);
            if (status !== 'SUBSCRIBED') return;
            this.liveAt = performance.timeOrigin + performance.now();
            this.live += 1;
            if (this.live === all) resolve();
          };
        for (const table of tables) {
          manager.subscribe({ table, onGap: this.#gapsOf(table) }, (change) => this.#changed(change), noted(table));
        }
        if (numbered !== null) {
          manager.subscribe(
            { table: 'deals', filter: 'shop=eq.1', via: 'broadcast', onGap: this.#gapsOf('deals') },
            ({ number }) => this.numbers.push(Number(number)),
            noted('deals'),
          );
        }
      })
    );
  }

  /** @param {string} table @returns {import('switchboard-realtime').GapHandler} */
  #gapsOf(table) {
    const gaps = (this.gaps[table] ??= new Map());
    return (gap) => {
      this.#note(`${table} gap ${gap.id}: ${gap.from} to ${gap.to ?? 'now'}`);
      gaps.set(gap.id, gap);
    };
  }

  /** @param {string} line */
  #note(line) {
    this.log.push(`${Date.now()} ${line}`);
  }

  /** @param {ChangePayload} change */
  #changed({ table, new: row }) {
    if (table === 'clients') this.names.push(String(/** @type {Record<string, unknown>} */ (row)['full_name']));
  }
}

const tab = new Tab();

/** What the runner calls. */
export const bench = {
  tab,
  load: async () => void (await load()),
  /** Loads the package and subscribes. Resolves with the ms until all was live. @param {Given} given */
  start: async (given) => {
    const begun = performance.now();
    await tab.follow(given, await load());
    return performance.now() - begun;
  },
  carrier: () => tab.manager?.status().tabs?.carrier ?? 'own',
  hasCore: () => performance.getEntriesByType('resource').some(({ name }) => name.endsWith('.wasm')),
};

/** @typedef {typeof bench} Bench */

/** @type {{ bench?: Bench }} */ (globalThis).bench = bench;
