import { useEffect, useState } from 'react';
import type { RealtimeManager } from 'switchboard-realtime';
import { useRealtimeManager } from 'switchboard-realtime/react';
import { useRest, type RestClient } from '../data/rest.js';
import { longTasks } from './longTasks.js';

export type Counters = {
  readonly sockets: number;
  readonly channels: number;
  readonly bindings: number;
  readonly connects: number;
  readonly messagesIn: number;
  readonly changes: number;
  readonly callbacksOut: number;
  readonly conflated: number;
  readonly gaps: number;
  readonly filled: number;
  readonly refetches: number;
  readonly longTasks: number;
};

const EVERY_MS = 250;

/** What the manager and the page have done so far, four times a second. */
export function useCounters(): Counters {
  const manager = useRealtimeManager();
  const rest = useRest();
  const [counters, setCounters] = useState(() => read(manager, rest));
  useEffect(() => {
    const timer = setInterval(() => {
      setCounters(read(manager, rest));
    }, EVERY_MS);
    return () => {
      clearInterval(timer);
    };
  }, [manager, rest]);
  return counters;
}

function read(manager: RealtimeManager, rest: RestClient): Counters {
  const { core, counters, eventCalls, gaps } = manager.stats();
  return {
    sockets: core?.sockets ?? 0,
    channels: core?.channels ?? 0,
    bindings: core?.bindings ?? 0,
    connects: counters.connects,
    messagesIn: counters.framesIn,
    changes: counters.changes,
    callbacksOut: eventCalls,
    conflated: counters.conflated,
    gaps: gaps.opened,
    filled: counters.filled,
    refetches: rest.reads,
    longTasks: longTasks.count,
  };
}
