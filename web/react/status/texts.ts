import type { ReactNode } from 'react';
import type { ConnectionState, FreshnessMode, ReasonCode, Road, SubscriptionState } from '../../core/index.js';
import { englishSentence, listOf } from './sentence.js';
import type { StatusSummary } from './summary.js';
import { CONNECTION_TEXTS, MODE_TEXTS, REMEDIES, ROAD_TEXTS, SUBSCRIPTION_TEXTS } from './words.js';

/**
 * Everything that `RealtimeConnectionStatus` says besides `label`, `words` and `reconnectLabel`. English by default.
 */
export interface StatusTexts {
  /** The first sentence of the details, for everyone. */
  sentence: (summary: StatusSummary) => string;
  /**
   * The word beside the sign while it is `offline` and the device is not known to have no network, unless
   * `words.offline` is given.
   */
  notConnected: string;
  /** The word in place of `live` while `catchingUp`. */
  catchingUp: string;
  /** Names of tables for people. The others are made from the table's own name: `admin_alerts` is Admin alerts. */
  tables: Readonly<Partial<Record<string, string>>>;
  /** The name of a channel for people: by default Messages, for all of them. */
  channel: (name: string) => string;
  /** Which tables and channels a problem concerns. */
  concerns: (names: readonly string[]) => string;
  /** Opens the lists, which are for developers. */
  more: string;
  /** Name of the sign, which opens the details. */
  trigger: (label: string, word: string) => string;
  /** Names of the lists, for screen readers. */
  connections: string;
  subscriptions: string;
  channels: string;
  /** In place of an empty list. */
  noConnection: string;
  noSubscription: string;
  connection: (id: number) => string;
  connectionStates: Readonly<Record<ConnectionState, string>>;
  subscriptionStates: Readonly<Record<SubscriptionState, string>>;
  /** Modes without a text are not shown. */
  modes: Readonly<Partial<Record<FreshnessMode, string>>>;
  /** How the changes of a subscription come. Why not by broadcasts although its table is listed as tracked follows as `reason`. */
  roads: Readonly<Record<Road, string>>;
  /** A moment in Unix ms, as the clock shows it here. Default `toLocaleTimeString()`. */
  time: (at: number) => string;
  /** `time` is an element that holds the text of `time`. */
  since: (time: ReactNode) => ReactNode;
  roundTrip: (ms: number) => string;
  /** From 1 on. */
  failedAttempts: (count: number) => string;
  /** 0 is now. */
  nextTry: (seconds: number) => string;
  /** What went wrong: the message of the status, which is in English. Nothing is shown for an empty text. */
  problem: (code: ReasonCode, message: string) => string;
  /** The same in the lists for developers. Nothing is shown for an empty text. */
  reason: (code: ReasonCode, message: string) => string;
  /** What a person can do about it. Codes without a text recover by themselves. */
  remedies: Readonly<Partial<Record<ReasonCode, string>>>;
}

/** Some of the texts, and of their tables some of the entries. */
export type SomeStatusTexts = {
  readonly [Name in keyof StatusTexts]?: StatusTexts[Name] extends (...of: never[]) => unknown
    ? StatusTexts[Name]
    : StatusTexts[Name] extends string
      ? string
      : Readonly<Partial<StatusTexts[Name]>>;
};

const ENGLISH: StatusTexts = {
  sentence: englishSentence,
  notConnected: 'Not connected',
  catchingUp: 'Catching up',
  tables: {},
  channel: () => 'Messages',
  concerns: (tables) => `Concerns ${listOf(tables)}.`,
  more: 'Details for developers',
  trigger: (label, word) => `${label}: ${word}. Details`,
  connections: 'Connections',
  subscriptions: 'Subscriptions',
  channels: 'Channels',
  noConnection: 'No connection.',
  noSubscription: 'No subscriptions.',
  connection: (id) => `Connection ${String(id)}`,
  connectionStates: CONNECTION_TEXTS,
  subscriptionStates: SUBSCRIPTION_TEXTS,
  modes: MODE_TEXTS,
  roads: ROAD_TEXTS,
  time: (at) => new Date(at).toLocaleTimeString(),
  since: (time) => ['since ', time],
  roundTrip: (ms) => `round trip ${String(ms)} ms`,
  failedAttempts: (count) => `${String(count)} failed ${count === 1 ? 'attempt' : 'attempts'}`,
  nextTry: (seconds) => `Next try ${seconds > 0 ? `in ${String(seconds)} s` : 'now'}`,
  problem: (_code, message) => message,
  reason: (code, message) => `${code}: ${message}`,
  remedies: REMEDIES,
};

/** The English texts, where others are not given. */
export function completeTexts(given: SomeStatusTexts = {}): StatusTexts {
  return {
    ...ENGLISH,
    ...given,
    tables: given.tables ?? ENGLISH.tables,
    connectionStates: { ...ENGLISH.connectionStates, ...given.connectionStates },
    subscriptionStates: { ...ENGLISH.subscriptionStates, ...given.subscriptionStates },
    modes: { ...ENGLISH.modes, ...given.modes },
    roads: { ...ENGLISH.roads, ...given.roads },
    remedies: { ...ENGLISH.remedies, ...given.remedies },
  };
}
