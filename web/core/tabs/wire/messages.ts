import type { LogLevel } from '../../api/logger.js';
import type { Batch, Command, EngineOptions } from '../../engine/engine.js';

/**
 * The version of the package, and a number that is raised with every change of what tabs and hubs say to each other, commands and batches of engine.ts
 * included: a tab may find a hub of another deployment of its application, and a core of one version can't be loaded by the code of another.
 */
export const TABS_PROTOCOL = '0.1.0-6';

/** What a tab wants of a hub. Tabs share a core when all but the last three are the same. */
export interface Attach {
  readonly protocol: string;
  /** See `userOf`. */
  readonly user: string;
  readonly options: EngineOptions;
  /** The address of the core's .wasm. */
  readonly wasm: string;
  readonly loadTimeoutMs: number;
  /** The least level of the log lines that it gets. */
  readonly logLevel: LogLevel;
  /** A Web Lock that the tab holds for as long as it lives. */
  readonly lock: string;
}

/** `attach` is the first one, `leave` the last. `commands`: those of one turn. `ack`: how many batches have been taken since the last one. */
export type ToHub =
  { attach: Attach } | { commands: readonly Command[] } | { ping: number } | { ack: number } | { leave: true };

/** Why a hub has no core. */
export interface Failure {
  readonly code: string;
  readonly option: string;
  readonly message: string;
}

/**
 * `hello` comes at once, with the Web Lock that the hub holds for as long as it lives. `welcome`: there is a core. `failed` and `cut` are the last;
 * `cut`: too much waited for the tab. `replaced` is not the hub's own word: the carrier knows of another hub that has taken its place.
 */
export type FromHub =
  | { hello: string }
  | { welcome: true }
  | { failed: Failure }
  | { batch: Batch }
  | { pong: number }
  | { cut: true }
  | { replaced: true };

/** One end of a connection between two realms of an origin. */
export interface Port {
  post(message: ToHub | FromHub, transfer?: Transferable[]): void;
  /** Once. */
  listen(call: (message: unknown) => void): void;
  close(): void;
}

/** A name that nobody else has. */
export function randomName(prefix: string): string {
  return `${prefix} ${crypto.getRandomValues(new Uint32Array(4)).join('-')}`;
}

export function messagePort(port: MessagePort): Port {
  return {
    post: (message, transfer = []) => {
      port.postMessage(message, transfer);
    },
    listen: (call) => {
      port.onmessage = ({ data }) => {
        call(data);
      };
    },
    close: () => {
      port.onmessage = null;
      port.close();
    },
  };
}
