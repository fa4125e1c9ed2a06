import type { BroadcastListener } from './broadcastListeners.js';

interface Route {
  readonly handles: readonly number[];
  readonly byEvent: Map<string, readonly BroadcastListener[]>;
}

/** Of one route; the names come from others, who may make up any number of them. */
const MAX_EVENTS = 100;

/** The callbacks that a broadcast goes to. They are found once for each list of handles and event, until one of them comes or goes. */
export class BroadcastRoutes {
  readonly #listenersOf: (handle: number, event: string) => readonly BroadcastListener[];
  /** By the first handle. */
  readonly #routes = new Map<number, Route>();

  constructor(listenersOf: (handle: number, event: string) => readonly BroadcastListener[]) {
    this.#listenersOf = listenersOf;
  }

  /** In the order of the handles. */
  find(handles: readonly number[], event: string): readonly BroadcastListener[] {
    const { byEvent } = this.#routeOf(handles);
    const known = byEvent.get(event);
    if (known !== undefined) return known;
    const found = handles.flatMap((handle) => this.#listenersOf(handle, event));
    if (byEvent.size >= MAX_EVENTS) byEvent.clear();
    byEvent.set(event, found);
    return found;
  }

  /** A callback has come or gone. */
  clear(): void {
    this.#routes.clear();
  }

  #routeOf(handles: readonly number[]): Route {
    const first = handles[0] ?? 0;
    const known = this.#routes.get(first);
    if (known !== undefined && areSame(known.handles, handles)) return known;
    const route = { handles, byEvent: new Map<string, readonly BroadcastListener[]>() };
    this.#routes.set(first, route);
    return route;
  }
}

function areSame(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false;
  return true;
}
