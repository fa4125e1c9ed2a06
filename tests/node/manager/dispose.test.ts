import { spawn } from 'node:child_process';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../support/backendProcess.js';
import { createRealtimeManager, Line, openLab, quick, untilStatus, type Lab } from '../support/lab.js';
import { Recorder } from '../support/until.js';

const program = fileURLToPath(new URL('../support/programs/disposeProgram.mjs', import.meta.url));

let lab: Lab;
let silent: Server;
const connections = new Set<Socket>();

beforeAll(async () => {
  lab = await openLab({ seed: false });
  // Accepts and never says a word.
  silent = createServer((socket) => {
    connections.add(socket);
    socket.on('error', () => undefined).on('close', () => connections.delete(socket));
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  for (const socket of connections) socket.destroy();
  silent.close();
  await lab.close();
});

/** Runs the program to its end. */
async function run(
  point: string,
  url: string,
  wasm: readonly string[] = [],
): Promise<{ code: number | null; output: string; endedMs: number }> {
  const child = spawn(process.execPath, [program, point, url, lab.backend.anonKey, ...wasm], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  let disposedAt = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (output.endsWith('disposed\n')) disposedAt = performance.now();
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output, endedMs: performance.now() - disposedAt };
}

describe('a process whose manager is disposed of ends by itself', () => {
  it.each(['created', 'loading', 'loaded', 'connecting', 'joining', 'live'])('when it was %s', async (point) => {
    const { code, output, endedMs } = await run(point, lab.backend.url);
    expect({ code, output }).toEqual({ code: 0, output: 'disposing\ndisposed\n' });
    expect(endedMs).toBeLessThan(10_000);
  });

  it('when the download of the core hung', async () => {
    const { port } = silent.address() as AddressInfo;
    const { code, output } = await run('loading', lab.backend.url, [`http://127.0.0.1:${port}/core.wasm`]);
    expect({ code, output }).toEqual({ code: 0, output: 'disposing\ndisposed\n' });
  });

  it('when it waited for its next attempt', async () => {
    const { code, endedMs } = await run('waiting', `http://127.0.0.1:${await freePort()}`);
    expect(code).toBe(0);
    expect(endedMs).toBeLessThan(10_000);
  });

  it('when it was connecting to a server that never answers', async () => {
    const { port } = silent.address() as AddressInfo;
    const { code, endedMs } = await run('connecting', `http://127.0.0.1:${port}`);
    expect(code).toBe(0);
    expect(endedMs).toBeLessThan(10_000);
  });

  it('when the server had gone silent', async () => {
    const sockets = lab.backend.faults.connections().length;
    expect(sockets).toBe(0);
    lab.backend.faults.delay({ ms: 60_000 });
    try {
      const { code, endedMs } = await run('joining', lab.backend.url);
      expect(code).toBe(0);
      expect(endedMs).toBeLessThan(10_000);
    } finally {
      await lab.backend.faults.reset();
    }
  });
});

describe('after dispose', () => {
  it('nothing is held in the core or at the server, however often', async () => {
    for (let round = 0; round < 20; round += 1) {
      const manager = createRealtimeManager(quick(lab.backend));
      const line = new Line(manager, { table: 'clients' });
      await line.live();
      expect(manager.stats().core).toMatchObject({ sockets: 1, channels: 1, bindings: 1, subscriptions: 1 });
      await manager.dispose();
      expect(manager.stats()).toMatchObject({ subscriptions: 0, core: null });
    }
    const left = new Recorder<number>();
    const timer = setInterval(() => {
      left.push(lab.backend.faults.connections().length);
    }, 5);
    await left.first('no connection left', (count) => count === 0);
    clearInterval(timer);
  });

  it('no callback comes, though changes are on their way', async () => {
    const manager = createRealtimeManager(quick(lab.backend));
    const line = new Line(manager, { table: 'clients' });
    const other = createRealtimeManager(quick(lab.backend));
    const otherLine = new Line(other, { table: 'clients' });
    await Promise.all([line.live(), otherLine.live()]);
    const inserted = lab.db.query(
      "insert into clients (business_id, full_name) select gen_random_uuid(), 'c ' || n from generate_series(1, 200) n",
    );
    await manager.dispose();
    const before = line.changes.items.length;
    await inserted;
    await otherLine.changes.count('changes', 200);
    expect(line.changes.items).toHaveLength(before);
    await other.dispose();
  });

  it('inside a callback, the other callbacks of the same change stay silent', async () => {
    const manager = createRealtimeManager(quick(lab.backend));
    const first = new Recorder<string>();
    manager.subscribe({ table: 'clients' }, () => {
      first.push('called');
      void manager.dispose();
    });
    const second = new Line(manager, { table: 'clients' });
    await untilStatus(manager, 'live', (status) => status.overall === 'live');
    await lab.db.query("insert into clients (business_id, full_name) values (gen_random_uuid(), 'x')");
    await first.count('call', 1);
    await manager.dispose();
    expect(second.changes.items).toEqual([]);
  });
});
