import { realtimeEndpoint } from './endpoint.js';
import type { EngineOptions } from '../engine/engine.js';
import type { LogLevel, Logger } from '../api/logger.js';
import { SwitchboardError } from '../api/errors.js';
import type { ResyncOptions } from '../api/gap.js';
import { heldBackMs } from '../engine/heldHandshakes.js';
import type { AccessTokenCallback, ManagerOptions, NumbersOption, WasmSource, WebSocketClass } from '../api/options.js';
import type { RpcCallback } from '../api/tables.js';
import { checkPulse } from './pulse.js';
import { checkRecorder, type CheckedRecorder } from './recorder.js';
import { checkRpc, checkTables } from './tables.js';
import { readSupabaseClient, type SupabaseSource } from '../auth/supabase.js';
import { DEFAULT_TOKEN_TIMEOUT_MS, TUNING_RANGES, type TuningName } from '../api/tuning.js';
import {
  describe,
  optionalNumber,
  optionalWord,
  refuseUnknown,
  requireFunction,
  requireObject,
  requireText,
  typeOf,
  type Given,
} from '../base/validate.js';

const TUNING_NAMES = Object.keys(TUNING_RANGES) as TuningName[];
const COMMON = [
  'accessToken',
  'params',
  'vsn',
  'logger',
  'logLevel',
  'numbers',
  'pulse',
  'tables',
  'rpc',
  'transport',
  'wasm',
  'tabs',
  'recorder',
  'loadTimeoutMs',
  'resyncJitterMs',
  'resyncTimeoutMs',
];
const KNOWN = ['url', 'apikey', 'supabase', ...COMMON, ...TUNING_NAMES];
const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
const NUMBERS: readonly NumbersOption[] = ['number', 'string', 'bigint'];
const HOUR_MS = 3_600_000;
const RESERVED_PARAMS = ['apikey', 'vsn'];

/** Checked options, with what a supabase-js client gave filled in. */
export interface CheckedOptions {
  /** For the core. */
  engine: EngineOptions;
  accessToken: AccessTokenCallback | null;
  tokenTimeoutMs: number;
  watchAuth: SupabaseSource['watch'] | null;
  rpc: RpcCallback | null;
  logger: Logger | null;
  logLevel: LogLevel;
  numbers: NumbersOption;
  resync: ResyncOptions;
  transport: WebSocketClass | null;
  wasm: WasmSource | null;
  loadTimeoutMs: number;
  onceOnFault: CheckedRecorder['onceOnFault'];
  /** Null: the option `tabs` is off. */
  tabs: { worker: string | URL | null } | null;
}

/**
 * Checks the options of a manager. Starts nothing.
 *
 * @throws SwitchboardError
 */
export function checkManagerOptions(options: ManagerOptions): CheckedOptions {
  const given = requireObject(options, 'options');
  refuseUnknown(given, KNOWN, 'createRealtimeManager');
  const source = given.supabase === undefined ? null : checkSupabase(options, given);
  const url = source?.url ?? requireText(given, 'url', "give your project's url, such as https://ref.supabase.co.");
  const apikey = source?.apikey ?? requireText(given, 'apikey', "give your project's anon or publishable key.");
  const accessToken = checkAccessToken(options.accessToken) ?? source?.accessToken ?? null;
  const logLevel = optionalWord(given, 'logLevel', LOG_LEVELS) ?? 'warn';
  const tuning = checkTuning(given);
  const params = checkParams(given);
  const vsn = optionalWord(given, 'vsn', ['1.0.0', '2.0.0']);
  const pulse = checkPulse(given);
  const tables = checkTables(given);
  const recorder = checkRecorder(given);
  const rpc = checkRpc(options, tables, source?.rpc ?? null);
  return {
    engine: {
      url: realtimeEndpoint(url, pageProtocol()),
      apikey,
      ...(params === null ? {} : { params }),
      ...(vsn === undefined ? {} : { vsn }),
      ...(pulse === null ? {} : { pulse }),
      ...(tables.length === 0 ? {} : { tables, ...(rpc === null ? { rpc: false } : {}) }),
      tokenCallback: accessToken !== null,
      ...(recorder === null ? {} : { recorder: recorder.spec }),
      tuning: { ...tuning, heldBackMs: heldBackMs() },
    },
    accessToken,
    tokenTimeoutMs: tuning.tokenTimeoutMs ?? DEFAULT_TOKEN_TIMEOUT_MS,
    watchAuth: options.accessToken === undefined ? (source?.watch ?? null) : null,
    rpc,
    logger: checkLogger(options.logger),
    logLevel,
    resync: {
      jitterMs: optionalNumber(given, 'resyncJitterMs', { min: 0, max: HOUR_MS }) ?? 1_000,
      timeoutMs: optionalNumber(given, 'resyncTimeoutMs', { min: 10, max: HOUR_MS }) ?? 30_000,
    },
    numbers: optionalWord(given, 'numbers', NUMBERS) ?? 'number',
    transport: checkTransport(options.transport),
    wasm: checkWasm(options.wasm),
    loadTimeoutMs: optionalNumber(given, 'loadTimeoutMs', { min: 10, max: HOUR_MS }) ?? 10_000,
    onceOnFault: recorder?.onceOnFault ?? null,
    tabs: checkTabs(given.tabs),
  };
}

function checkSupabase(options: ManagerOptions, given: Given): SupabaseSource {
  for (const option of ['url', 'apikey']) {
    if (given[option] !== undefined) {
      throw new SwitchboardError(
        'INVALID_OPTION',
        option,
        `\`${option}\` comes from \`supabase\`: leave one of the two out.`,
      );
    }
  }
  requireObject(given.supabase, 'supabase');
  return readSupabaseClient((options as Extract<ManagerOptions, { supabase: object }>).supabase);
}

function checkAccessToken(callback: AccessTokenCallback | undefined): AccessTokenCallback | null {
  if (callback === undefined) return null;
  requireFunction(callback, 'accessToken', 'pass async () => token, or call setAuth(token).');
  return callback;
}

function checkTuning(given: Given): Partial<Record<TuningName, number>> {
  const tuning: Partial<Record<TuningName, number>> = {};
  for (const name of TUNING_NAMES) {
    const value = optionalNumber(given, name, TUNING_RANGES[name]);
    if (value !== undefined) tuning[name] = value;
  }
  requireOrder(tuning, 'backoffBaseMs', 'backoffCapMs');
  requireOrder(tuning, 'slowBaseMs', 'slowCapMs');
  return tuning;
}

function requireOrder(tuning: Partial<Record<TuningName, number>>, base: TuningName, cap: TuningName): void {
  const [least, most] = [tuning[base], tuning[cap]];
  if (least === undefined || most === undefined || least <= most) return;
  throw new SwitchboardError(
    'INVALID_OPTION',
    cap,
    `\`${cap}\` (${most}) is below \`${base}\` (${least}): raise it or lower the base.`,
  );
}

function checkParams(given: Given): Readonly<Record<string, string>> | null {
  if (given.params === undefined) return null;
  const params = requireObject(given.params, 'params');
  for (const [name, value] of Object.entries(params)) {
    if (RESERVED_PARAMS.includes(name)) {
      throw new SwitchboardError(
        'INVALID_OPTION',
        'params',
        `\`params.${name}\` is set by the option \`${name}\`: use that.`,
      );
    }
    if (typeof value !== 'string') {
      throw new SwitchboardError('INVALID_OPTION', 'params', `\`params.${name}\` must be text, not ${typeOf(value)}.`);
    }
  }
  return { ...params } as Readonly<Record<string, string>>;
}

function checkLogger(logger: Logger | null | undefined): Logger | null {
  if (logger === undefined) return console;
  if (logger === null || typeof logger === 'object') return logger;
  throw new SwitchboardError(
    'INVALID_OPTION',
    'logger',
    '`logger` must be an object such as console, or null for silence.',
  );
}

function checkTransport(transport: WebSocketClass | undefined): WebSocketClass | null {
  if (transport === undefined) return null;
  requireFunction(transport, 'transport', 'pass a WebSocket class, or leave it out.');
  return transport;
}

function checkWasm(wasm: WasmSource | undefined): WasmSource | null {
  if (wasm === undefined) return null;
  const fits =
    (typeof wasm === 'string' && wasm !== '') ||
    wasm instanceof URL ||
    wasm instanceof ArrayBuffer ||
    ArrayBuffer.isView(wasm) ||
    wasm instanceof WebAssembly.Module;
  if (fits) return wasm;
  throw new SwitchboardError(
    'INVALID_OPTION',
    'wasm',
    `\`wasm\` must be a url, the bytes or a WebAssembly.Module, not ${describe(wasm)}: leave it out for the file in the package.`,
  );
}

function checkTabs(tabs: unknown): CheckedOptions['tabs'] {
  if (tabs === undefined || tabs === false) return null;
  if (tabs === true) return { worker: null };
  if (typeof tabs !== 'object' || tabs === null || Array.isArray(tabs)) {
    throw new SwitchboardError(
      'INVALID_OPTION',
      'tabs',
      `\`tabs\` must be true, false or { worker }, not ${describe(tabs)}.`,
    );
  }
  const { worker, ...others } = tabs as { worker?: unknown };
  refuseUnknown(others, ['worker'], '`tabs`');
  if (worker === undefined) return { worker: null };
  if ((typeof worker === 'string' || worker instanceof URL) && isAddress(worker)) return { worker };
  throw new SwitchboardError(
    'INVALID_OPTION',
    'tabs',
    `\`tabs.worker\` must be the address of tabs-worker.js on the page's origin, not ${describe(worker instanceof URL ? worker.href : worker)}: leave it out for the file in the package.`,
  );
}

/** Of a file, that all tabs see under it: relative to the page, or of a server. */
function isAddress(address: string | URL): boolean {
  if (String(address).trim() === '') return false;
  try {
    const { protocol } = new URL(address, typeof location === 'object' ? location.href : 'https://page');
    return !['blob:', 'data:', 'javascript:'].includes(protocol);
  } catch {
    return false;
  }
}

function pageProtocol(): string | null {
  return typeof location === 'object' ? location.protocol : null;
}
