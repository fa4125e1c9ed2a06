import { setTimeout as sleep } from 'node:timers/promises';
import type { Member } from '../clients/fleet.js';
import type { TokenSource } from '../clients/tokens.js';
import { CHANGE_BYTES } from '../world/schema.js';
import type { World } from '../world/world.js';
import type { FaultKind, PlannedFault } from './plan.js';

/** What faults act upon. */
export interface Target {
  world: World;
  fleet: readonly Member[];
  /** Of all clients that have one. */
  tokens: readonly TokenSource[];
  /** Runs `action` after so many ms, or when the round ends. */
  later: (ms: number, action: () => void) => void;
  /** Has to be over before the round is. */
  pending: (work: Promise<unknown>) => void;
}

type Strike = (target: Target, fault: PlannedFault) => void;

const PASSING = 'UnableToConnectToProject: Realtime was unable to connect to the project database';
const DATABASE_ERRORS = [
  'ERROR 25006 (read_only_sql_transaction) cannot execute INSERT in a read-only transaction',
  'FATAL 57P03 (cannot_connect_now) the database system is starting up',
  'FATAL 57P01 (admin_shutdown) terminating connection due to administrator command',
  'ERROR 55P03 (lock_not_available) canceling statement due to lock timeout',
  'ERROR 53300 (too_many_connections) sorry, too many clients already',
  'PANIC XX000 (internal_error) could not locate a valid checkpoint record',
  'ERROR 40P01 (deadlock_detected) deadlock detected',
];
const CLOSE_CODES = [1000, 1001, 1011, 1012, 4321];

/** Takes some lines away, so that what is struck next is met. */
function cutSome({ world }: Pick<Target, 'world'>, share = 0.6): void {
  world.proxy.cut(share);
}

function pick<T>(list: readonly T[], draw: number): T {
  return list[Math.floor(draw * list.length)] as T;
}

const network = {
  cut: (target, { draw }) => {
    cutSome(target, 0.3 + draw * 0.7);
  },
  'cuts in quick succession': ({ world, later }, { forMs, draw }) => {
    const paceMs = 300 + draw * 2_200;
    for (let atMs = 0; atMs < forMs + paceMs; atMs += paceMs) {
      later(atMs, () => {
        world.proxy.cut(1);
      });
    }
  },
  'half-open': ({ world }, { draw }) => {
    world.proxy.halfOpen(draw);
  },
  delay: ({ world, later }, { forMs, draw }) => {
    world.proxy.delay(draw * 1_500);
    later(forMs, () => {
      world.proxy.delay(0);
    });
  },
  throttle: ({ world, later }, { forMs, draw }) => {
    world.proxy.throttle(2_000 + draw * 20_000);
    later(forMs, () => {
      world.proxy.throttle(0);
    });
  },
  'reordered closes': ({ world, later }, { forMs, draw }) => {
    world.proxy.lagCloses(500 + draw * 2_500);
    const connections = [...world.backend.faults.connections()].reverse();
    for (const connection of connections) world.backend.faults.close({ connection, code: pick(CLOSE_CODES, draw) });
    later(forMs, () => {
      world.proxy.lagCloses(0);
    });
  },
  'black hole': (target, { forMs, draw }) => {
    target.world.proxy.door(draw < 0.5 ? 'blackHole' : 'cut');
    cutSome(target);
    target.later(forMs, () => {
      target.world.proxy.door('open');
    });
  },
} satisfies Partial<Record<FaultKind, Strike>>;

const server = {
  'accept and close': (target, { forMs, draw }) => {
    const afterMs = Math.floor(draw * 400);
    target.world.backend.faults.acceptAndClose({ ms: forMs, afterMs, ...(draw < 0.5 ? {} : { code: 1011 }) });
    cutSome(target);
  },
  stall: ({ world }, { forMs }) => {
    world.backend.faults.stall({ ms: forMs });
  },
  'restart of realtime': ({ world }, { forMs, draw }) => {
    const [downMs, coldStartMs] = [Math.min(forMs, 2_000), draw * 1_500];
    // Not awaited: a reset ends the fault, but not its promise.
    void world.backend.faults.restart({ downMs, coldStartMs, announce: draw < 0.4 });
  },
  'restart of PostgreSQL': ({ world, pending }, { forMs }) => {
    world.silent.begin();
    pending(world.backend.faults.restartPostgres({ downMs: Math.min(forMs, 1_500) }));
  },
  'PostgreSQL in recovery': ({ world, pending }) => {
    world.silent.begin();
    // A backend that dies so takes all others with it, and PostgreSQL recovers as after a crash of the machine.
    pending(world.db.query("copy (select 1) to program 'kill -9 $PPID'").catch(() => undefined));
  },
  'read-only database': (target, { forMs }) => {
    const set = (isReadOnly: boolean): void => {
      target.pending(target.world.db.setReadOnly(isReadOnly).catch(() => undefined));
    };
    set(true);
    target.later(forMs, () => {
      set(false);
    });
    cutSome(target);
  },
  'subscriptions refused by the database': (target, { forMs, draw }) => {
    target.world.backend.faults.failSubscriptions({ error: pick(DATABASE_ERRORS, draw), ms: forMs });
    cutSome(target);
  },
  'token expiry': ({ world }) => {
    world.backend.faults.expireTokens();
  },
  'late token': ({ world, tokens }, { forMs }) => {
    for (const source of tokens) source.block(forMs);
    world.backend.faults.expireTokens();
  },
  'joins rate-limited': (target, { forMs }) => {
    target.world.backend.faults.rateLimit({ ms: forMs });
    cutSome(target);
  },
  'handshakes refused (429)': (target, { forMs }) => {
    target.pending(target.world.backend.faults.refuse({ status: 429, error: 'Too many connected users', ms: forMs }));
    cutSome(target);
  },
  'failing joins (stall)': (target, { forMs, draw }) => {
    target.world.backend.faults.failJoins({ reason: PASSING, count: 1 + Math.floor(draw * 3), ms: forMs });
    cutSome(target);
  },
  'silent loss': ({ world }, { forMs }) => {
    world.silent.onDemand(true);
    world.backend.faults.loseChanges({ ms: forMs });
  },
  'lost broadcasts of the database': ({ world }, { draw }) => {
    world.backend.faults.loseMessages({ count: 1 + Math.floor(draw * 12) });
  },
  'silent re-subscription': ({ world, pending }, { forMs }) => {
    const lostMs = Math.min(forMs, 500);
    world.silent.onDemand(false);
    world.backend.faults.resubscribe({ lostMs });
    // A reset before the second half would leave a loss without a sign.
    pending(sleep(lostMs + 100));
  },
  'garbage frames': ({ world }) => {
    world.backend.faults.garbage();
  },
} satisfies Partial<Record<FaultKind, Strike>>;

const clients = {
  'payload too large (413)': ({ world, pending }, { draw }) => {
    const values = [900 + Math.floor(draw * 20), 'x'.repeat(2 * CHANGE_BYTES)];
    const text = `insert into jobs values ($1, 'open', nextval('chaos_writes')::int4, $2)
      on conflict (id) do update set v = excluded.v, body = excluded.body`;
    pending(world.db.query(text, values).catch(() => undefined));
  },
  'paused client': ({ fleet, later }, { forMs, draw }) => {
    const plain = fleet.flatMap((member) => member.plain);
    for (const client of plain.filter((_, i) => (i + Math.floor(draw * 10)) % 3 === 0)) {
      client.pause();
      later(forMs, () => {
        client.resume();
      });
    }
  },
  reconnectAll: ({ fleet }, { draw }) => {
    pick(fleet, draw).manager.reconnectAll();
  },
  'subscriptions come and go': ({ fleet, later }, { forMs, draw }) => {
    const { manager } = pick(fleet, draw);
    const table = pick(['rooms', 'stock', 'jobs'], (draw * 7) % 1);
    const filters = [undefined, 'v=gt.10', 'v=lt.100000'];
    const ids = filters.map((filter) =>
      manager.subscribe({ table, ...(filter === undefined ? {} : { filter }) }, () => undefined),
    );
    const lobby = manager.channel('lobby', draw < 0.5 ? {} : { presence: true });
    later(forMs, () => {
      for (const id of ids) manager.unsubscribe(id);
      lobby.close();
    });
  },
  'failing fetches': ({ world, later }, { forMs, draw }) => {
    world.fetchFaults.share = 0.2 + draw * 0.7;
    cutSome({ world }, 0.5);
    later(forMs, () => {
      world.fetchFaults.share = 0;
    });
  },
} satisfies Partial<Record<FaultKind, Strike>>;

export const strikes: Readonly<Record<FaultKind, Strike>> = { ...network, ...server, ...clients };
