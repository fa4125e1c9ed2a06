import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultKind, PlannedFault } from './plan.js';
import { strikes, type Target } from './strikes.js';

const SILENCE_LIMIT_MS = 60_000;

/** Strikes what is planned, each at its time, for `roundMs`; then everything is as it should be again. */
export async function strikeRound(
  struckAt: Pick<Target, 'world' | 'fleet' | 'tokens'>,
  plan: readonly PlannedFault[],
  roundMs: number,
  struck: (kind: FaultKind) => void,
): Promise<void> {
  const begun = performance.now();
  const undone = new Map<NodeJS.Timeout, () => void>();
  const pending: Promise<unknown>[] = [];
  const { world } = struckAt;
  const target: Target = {
    ...struckAt,
    later(ms, action) {
      const timer = setTimeout(() => {
        undone.delete(timer);
        action();
      }, ms);
      undone.set(timer, action);
    },
    pending: (work) => {
      pending.push(work);
    },
  };
  for (const fault of plan) {
    await sleep(Math.max(0, fault.atMs - (performance.now() - begun)));
    world.timeline.note('fault', `${fault.kind} for ${fault.forMs} ms (${fault.draw.toFixed(3)})`);
    struck(fault.kind);
    strikes[fault.kind](target, fault);
  }
  await sleep(Math.max(0, roundMs - (performance.now() - begun)));
  for (const [timer, undo] of undone) {
    clearTimeout(timer);
    undo();
  }
  await Promise.all(pending);
  await calm(struckAt);
}

async function calm({ world, tokens }: Pick<Target, 'world' | 'tokens'>): Promise<void> {
  world.fetchFaults.share = 0;
  for (const source of tokens) source.reset();
  world.proxy.reset();
  await world.backend.faults.reset();
  world.timeline.note('fault', 'all are over');
  await world.db.ready();
  await world.db.setReadOnly(false);
  await world.silent.over(SILENCE_LIMIT_MS);
}
