// @ts-check
// The two clients that are compared, behind one face. Each has a connection of its own and keeps what it saw, with times.
import { RealtimeClient } from '@supabase/realtime-js';
import { createRealtimeManager } from 'switchboard-realtime';
import WebSocket from 'ws';

/** @typedef {import('switchboard-backend').Backend} Backend */
/** @typedef {import('switchboard-realtime').Gap} Gap */
/** @typedef {{ table: string, filter?: string }} Spec */
/**
 * What a client saw; times are those of `performance.now()`.
 *
 * @typedef {object} Seen
 * @property {number[]} attempts when it tried to connect
 * @property {number[]} opened when a connection was open
 * @property {number[]} rows when a change came, of any subscription
 * @property {string[]} frames what it sent
 * @property {Set<string>} names of the clients whose rows came
 * @property {Map<number, Gap>} gaps that it reported, as they were reported last
 * @property {Map<string, number>} live by table and filter, when its changes last began to flow
 * @property {Map<string, string>} failed by table and filter, with what message
 */
/**
 * @typedef {object} Client
 * @property {Seen} seen
 * @property {() => void} cut takes its line away, as a network does: nothing is said
 * @property {(specs: readonly Spec[], onChange?: (spec: Spec) => void) => void} subscribe
 * @property {(token: string) => void} setAuth
 * @property {() => Promise<void>} close
 */
/** @typedef {{ accessToken?: () => Promise<string> }} ClientOptions */
/** @typedef {(backend: Backend, options?: ClientOptions) => Client} OpenClient */

/** @param {Spec} spec */
export const keyOf = ({ table, filter = '' }) => `${table} ${filter}`.trim();

/** @returns {Seen} */
export function nothingSeen() {
  return {
    attempts: [],
    opened: [],
    rows: [],
    frames: [],
    names: new Set(),
    gaps: new Map(),
    live: new Map(),
    failed: new Map(),
  };
}

/**
 * @param {Seen} seen
 * @param {unknown} row
 */
function noteRow(seen, row) {
  seen.rows.push(performance.now());
  const name = /** @type {{ full_name?: unknown } | null} */ (row)?.full_name;
  if (typeof name === 'string') seen.names.add(name);
}

/**
 * A WebSocket class that notes what it is used for, and the way to cut the newest of its sockets.
 *
 * @param {Seen} seen
 */
export function observedSocket(seen) {
  /** @type {(() => void)[]} */
  const cuts = [];
  const transport = class extends WebSocket {
    /**
     * @param {string} address
     * @param {string | string[]} [protocols]
     */
    constructor(address, protocols) {
      super(address, protocols);
      cuts.push(() => {
        this.terminate();
      });
      seen.attempts.push(performance.now());
      this.on('open', () => seen.opened.push(performance.now()));
      this.on('error', () => undefined);
    }

    /**
     * @override
     * @param {string | Buffer} data
     * @param {any} [rest]
     */
    send(data, rest) {
      seen.frames.push(String(data));
      super.send(data, rest);
    }
  };
  return { transport, cut: () => cuts.at(-1)?.() };
}

/** @type {OpenClient} */
export function openSwitchboard(backend, { accessToken } = {}) {
  const seen = nothingSeen();
  const { transport, cut } = observedSocket(seen);
  const manager = createRealtimeManager({
    url: backend.realtime,
    apikey: backend.anonKey,
    logger: null,
    transport,
    ...(accessToken === undefined ? {} : { accessToken }),
  });
  manager.onGap((gap) => seen.gaps.set(gap.id, gap));
  return {
    seen,
    cut,
    subscribe(specs, onChange) {
      for (const spec of specs) {
        const onEvent = (/** @type {{ new: unknown }} */ change) => {
          noteRow(seen, change.new);
          onChange?.(spec);
        };
        manager.subscribe(spec, onEvent, (status, { code, message }) => {
          if (status === 'SUBSCRIBED') seen.live.set(keyOf(spec), performance.now());
          else seen.failed.set(keyOf(spec), `${code}: ${message}`);
        });
      }
    },
    setAuth: (token) => {
      manager.setAuth(token);
    },
    close: () => manager.dispose(),
  };
}

let channels = 0;

/**
 * One channel for each subscription, as the reference client is used.
 *
 * @type {OpenClient}
 */
export function openReference(backend, options) {
  return reference(backend, options, false);
}

/**
 * One channel for all subscriptions of a call.
 *
 * @type {OpenClient}
 */
export function openReferenceOnOneChannel(backend, options) {
  return reference(backend, options, true);
}

/**
 * @param {Backend} backend
 * @param {ClientOptions} [options]
 * @param {boolean} [together]
 * @returns {Client}
 */
function reference(backend, { accessToken } = {}, together = false) {
  const seen = nothingSeen();
  const { transport, cut } = observedSocket(seen);
  const client = new RealtimeClient(backend.realtime, {
    params: { apikey: backend.anonKey },
    transport: /** @type {any} */ (transport),
    ...(accessToken === undefined ? {} : { accessToken }),
  });
  /**
   * @param {readonly Spec[]} specs
   * @param {((spec: Spec) => void) | undefined} onChange
   */
  const join = (specs, onChange) => {
    const channel = client.channel(`marks-${(channels += 1)}`);
    for (const { table, filter } of specs) {
      const binding = { event: '*', schema: 'public', table, ...(filter === undefined ? {} : { filter }) };
      channel.on('postgres_changes', /** @type {any} */ (binding), (/** @type {{ new: unknown }} */ change) => {
        noteRow(seen, change.new);
        onChange?.({ table, ...(filter === undefined ? {} : { filter }) });
      });
    }
    channel.on('system', {}, (/** @type {{ extension: string, status: string }} */ { extension, status }) => {
      if (extension !== 'postgres_changes' || status !== 'ok') return;
      for (const spec of specs) seen.live.set(keyOf(spec), performance.now());
    });
    channel.subscribe((status, error) => {
      if (status === 'SUBSCRIBED') return;
      for (const spec of specs) seen.failed.set(keyOf(spec), `${status} ${error?.message ?? ''}`);
    });
  };
  return {
    seen,
    cut,
    subscribe(specs, onChange) {
      if (together) join(specs, onChange);
      else for (const spec of specs) join([spec], onChange);
    },
    setAuth: (token) => void client.setAuth(token),
    close: async () => {
      await client.removeAllChannels();
      await client.disconnect();
    },
  };
}
