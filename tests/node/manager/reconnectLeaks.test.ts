import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab, type Lab } from '../support/lab.js';

const program = fileURLToPath(new URL('../support/programs/reconnectProgram.mjs', import.meta.url));
const WARM_UP = 50;
const RECONNECTS = 1_000;

/** See reconnectProgram.mjs. */
interface Held {
  heapBytes: number;
  wasmBytes: number;
  listeners: number;
  resources: Record<string, number>;
  sockets: number;
  socketSlots: number;
}

interface Report {
  before: Held;
  warm: Held;
  end: Held;
  after: Held;
  connects: number;
}

let lab: Lab;

beforeAll(async () => {
  lab = await openLab({ seed: false });
});

afterAll(async () => {
  await lab.close();
});

/** Runs the program, cutting its line whenever it is live. */
function lose(times: number): Promise<Report> {
  const child = fork(program, [lab.backend.url, lab.backend.anonKey, String(WARM_UP), String(times + 1)], {
    // Optimised code is on the heap too, and V8 goes on compiling for thousands of rounds.
    execArgv: ['--expose-gc', '--no-opt', '--no-sparkplug'],
  });
  return new Promise((resolve, reject) => {
    let report: Report | null = null;
    child.on('message', (message) => {
      if (message === 'live') lab.backend.faults.drop();
      else report = message as Report;
    });
    child.once('close', (code) => {
      if (report !== null && code === 0) resolve(report);
      else reject(new Error(`the program ended with ${String(code)}`));
    });
  });
}

describe(`after ${String(RECONNECTS)} reconnects`, () => {
  it('nothing has grown since the first 50, and dispose leaves nothing', { timeout: 180_000 }, async () => {
    const { before, warm, end, after, connects } = await lose(RECONNECTS);
    expect(connects).toBeGreaterThan(RECONNECTS);
    // A kilobyte for each reconnect would be 950 kB; the collector's own housekeeping comes to 200 kB at times.
    expect(end.heapBytes - warm.heapBytes).toBeLessThan(300_000);
    expect(end.wasmBytes).toBe(warm.wasmBytes);
    expect(end.listeners).toBe(warm.listeners);
    expect(end.resources).toEqual(warm.resources);
    expect(end.sockets).toBeLessThanOrEqual(2);
    expect(end.socketSlots).toBeGreaterThan(0);
    expect(end.socketSlots).toBeLessThanOrEqual(2);

    expect(after.resources).toEqual(before.resources);
    expect(after.listeners).toBe(before.listeners);
    expect(after.sockets).toBe(0);
  });
});
