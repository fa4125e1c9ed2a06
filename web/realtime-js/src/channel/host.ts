import type { RestSender } from './rest.js';
import type { ManagerPort } from './port.js';

/** Takes log lines. */
export interface LogTarget {
  log(kind: string, message: string, data?: unknown): void;
}

/** What a channel needs of its client. */
export interface ChannelHost extends LogTarget, RestSender {
  /** In ms. */
  readonly timeout: number;
  readonly vsn: string;
  readonly reconnectTimer: { reset(): void; scheduleTimeout(): void };
  /** Whether a channel may be subscribed again. */
  readonly allowsResubscribe: boolean;
  /** Whether `send` goes over HTTP until the channel is joined. */
  readonly fallsBackToRest: boolean;
  connect(): void;
  isConnected(): boolean;
  endpointURL(): string;
  hasLogger(): boolean;
  /** The manager, which is found or made at the first need. */
  manager(): ManagerPort;
  /** The ref of a topic's newest join; empty when it is not known. */
  joinRefOf(topic: string): string;
  /** The channel is one of the client's. */
  include(channel: object): void;
  /** The channel has ended. */
  exclude(channel: object): void;
}
