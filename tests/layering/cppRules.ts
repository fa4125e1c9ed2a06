/** What a folder of the C++ tree may include of the project. A path belongs to the longest prefix listed here. */
export interface Layer {
  /** Of the file, below the root. */
  prefix: string;
  /** Prefixes of include paths; its own folder is always allowed. */
  mayInclude: readonly string[];
  /** Third-party headers, by prefix. */
  thirdParty: readonly string[];
}

const upToTiming = ['base/', 'platform/', 'recorder/', 'timing/'] as const;
const upToProtocol = [...upToTiming, 'json/', 'protocol/'] as const;
const everyFolder = [
  ...upToProtocol,
  'net/',
  'channel/',
  'status/',
  'pool/',
  'subscription/',
  'user_channel/',
  'delivery/',
  'presence/',
  'broadcast/',
  'numbered/',
  'tracked/',
] as const;

/** From the bottom up: nothing includes what is listed below it. */
export const layers: readonly Layer[] = [
  { prefix: 'src/base/', mayInclude: [], thirdParty: [] },
  { prefix: 'src/platform/', mayInclude: ['base/'], thirdParty: [] },
  // What everything above tells of itself.
  { prefix: 'src/recorder/', mayInclude: ['base/', 'platform/'], thirdParty: [] },
  { prefix: 'src/timing/', mayInclude: ['base/', 'platform/', 'recorder/'], thirdParty: [] },
  { prefix: 'src/json/', mayInclude: ['base/'], thirdParty: [] },
  { prefix: 'src/protocol/', mayInclude: ['base/', 'json/'], thirdParty: [] },
  { prefix: 'src/presence/', mayInclude: upToProtocol, thirdParty: [] },
  { prefix: 'src/broadcast/', mayInclude: upToProtocol, thirdParty: [] },
  { prefix: 'src/numbered/', mayInclude: upToProtocol, thirdParty: [] },
  { prefix: 'src/net/', mayInclude: upToProtocol, thirdParty: [] },
  // A connection carries many channels; the multiplexer is where they meet.
  { prefix: 'src/channel/', mayInclude: [...upToProtocol, 'net/'], thirdParty: [] },
  { prefix: 'src/status/', mayInclude: [...upToProtocol, 'net/'], thirdParty: [] },
  // What goes out to the application, of all tenants in one order.
  { prefix: 'src/delivery/', mayInclude: upToProtocol, thirdParty: [] },
  // The sockets and what they share, for whoever has channels on them.
  { prefix: 'src/pool/', mayInclude: [...upToProtocol, 'net/', 'channel/', 'status/'], thirdParty: [] },
  {
    prefix: 'src/subscription/',
    mayInclude: [...upToProtocol, 'net/', 'channel/', 'status/', 'pool/', 'delivery/'],
    thirdParty: [],
  },
  // Pure: decides from what it is given, knows no time and no channel object.
  {
    prefix: 'src/subscription/planning/planner',
    mayInclude: ['base/', 'json/', 'protocol/', 'subscription/'],
    thirdParty: [],
  },
  {
    prefix: 'src/user_channel/',
    mayInclude: [...upToProtocol, 'net/', 'channel/', 'status/', 'pool/', 'delivery/', 'presence/', 'broadcast/'],
    thirdParty: [],
  },
  // Numbered topics as a source of changes: here subscriptions and channels meet.
  { prefix: 'src/tracked/', mayInclude: everyFolder, thirdParty: [] },
  { prefix: 'src/client', mayInclude: [...everyFolder, 'client'], thirdParty: [] },
  // The JSON that crosses to JavaScript: it knows a client, and nothing knows it but the bindings.
  { prefix: 'src/boundary/', mayInclude: [...everyFolder, 'client.h'], thirdParty: [] },
  {
    prefix: 'bindings/',
    mayInclude: ['client.h', 'boundary/', 'platform/', 'base/'],
    thirdParty: ['emscripten/', 'emscripten.h'],
  },
];

/** Standard headers that would give the core a clock, a thread, randomness or input and output of its own. */
export const forbiddenInCore: readonly string[] = [
  ...['cstdio', 'stdio.h', 'iostream', 'fstream', 'ostream', 'istream', 'sstream', 'filesystem', 'cstdlib'],
  ...['thread', 'mutex', 'shared_mutex', 'condition_variable', 'future', 'atomic', 'ctime', 'time.h', 'random'],
];

/** Names that would do the same without an include, or break a promise of the build. Matched in code, not in comments or strings. */
export const forbiddenNames: readonly { where: RegExp; name: RegExp; rule: string }[] = [
  { where: /^src\//, name: /\bEM_\w+|\bemscripten\w*/, rule: 'the core does not know Emscripten' },
  {
    where: /^src\//,
    name: /\b(?:steady|system|high_resolution|MonotonicClock)(?:_clock)?::now\b/,
    rule: 'now is passed in',
  },
  {
    where: /^src\//,
    name: /\b(?:throw|try|catch)\b/,
    rule: 'the core is built without exceptions; failures are Results',
  },
  {
    where: /^src\//,
    name: /\bstd::(?:rand|time|getenv|cout|cerr|thread|random_device|mt19937\w*)\b/,
    rule: 'clock, random and output are injected',
  },
  { where: /^src\//, name: /\b(?:v?f?printf|puts|putchar)\s*\(/, rule: 'output is injected' },
  { where: /^bindings\//, name: /\bEM_(?:ASM|JS)\w*/, rule: 'no JavaScript in strings: the page forbids eval' },
];

/** The module's file of exports passes on and decides nothing. */
export const exportsFile = 'bindings/module.cpp';
export const exportsLines = 60;
