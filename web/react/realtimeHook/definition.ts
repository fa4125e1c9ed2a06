import { SwitchboardError, type EventName, type Road, type UntypedRow } from '../../core/index.js';
import type { QueryKey } from '../queryClient.js';
import type { ToastMessage } from '../toaster.js';

/** What a parameter of the hook may be. */
export type ParameterValue = string | number;

/** The hook's parameters, as features get them. */
export type HookParameters<Parameter extends string> = Readonly<Record<Parameter, ParameterValue>>;

/** One thing that the hook can keep up to date. */
export interface RealtimeFeature<Parameter extends string> {
  table: string;
  /** Default 'public'. */
  schema?: string | undefined;
  /** Which changes put the queries out of date. Default `*`. */
  event?: EventName | undefined;
  /** Which rows, as in `subscribe`. Default: all of the table. See `equals` for values that people typed. */
  filter?: string | ((parameters: HookParameters<Parameter>) => string) | undefined;
  /** Which way changes come, as in `subscribe`. Default 'auto'. */
  via?: 'auto' | Road | undefined;
  /** The TanStack Query keys that show these rows. A key matches all that begin with it. Default: none. */
  queryKeys?: readonly QueryKey[] | ((parameters: HookParameters<Parameter>) => readonly QueryKey[]) | undefined;
  /** The message for an inserted row while toasts are on; null for none. Default: no toasts. */
  toast?: ((row: UntypedRow, parameters: HookParameters<Parameter>) => ToastMessage | null) | undefined;
}

/** What `createRealtimeHook` takes. */
export interface RealtimeHookDefinition<Parameter extends string, Name extends string> {
  /** The hook's name, for errors. Default 'useRealtime'. */
  name?: string | undefined;
  /** The parameters that the hook needs, such as `['businessId']`. Default: none. */
  parameters?: readonly Parameter[] | undefined;
  /** By name: `bookings` is switched on by `enableBookings`. */
  features: Readonly<Record<Name, RealtimeFeature<NoInfer<Parameter>>>>;
  /** A burst is over when it has been quiet for this many ms. Default 250. */
  debounceMs?: number | undefined;
  /** Queries are never out of date for longer than this, in ms. Default 2,000. */
  maxWaitMs?: number | undefined;
  /** The message for inserts beyond the few that are shown one by one. Default: 'N more in table'. */
  moreToast?: ((count: number, feature: Name) => ToastMessage) | undefined;
}

/** What a hook made by `createRealtimeHook` takes. */
export type RealtimeHookOptions<Parameter extends string, Name extends string> = {
  /** Null: not known yet; nothing is subscribed to until it is. */
  readonly [P in Parameter as P]: ParameterValue | null;
} & {
  /** Default false. */
  readonly [N in Name as `enable${Capitalize<N>}`]?: boolean | undefined;
} & {
  /** Shows inserted rows as toasts. Default false. */
  readonly showToasts?: boolean | undefined;
};

/** A definition that is known to work, and what is wrong with the features that are not in it. */
export interface CheckedDefinition<Parameter extends string, Name extends string> {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly features: readonly (RealtimeFeature<Parameter> & { readonly name: Name; readonly option: string })[];
  readonly problems: Readonly<Partial<Record<Name, SwitchboardError>>>;
  readonly debounceMs: number;
  readonly maxWaitMs: number;
  readonly moreToast: (count: number, feature: Name) => ToastMessage;
}

/** Checks what can be known before the hook is called. Throws nothing: a module that makes a hook must load in any case. */
export function checkDefinition<Parameter extends string, Name extends string>(
  definition: RealtimeHookDefinition<Parameter, Name>,
): CheckedDefinition<Parameter, Name> {
  const { name = 'useRealtime', parameters = [], debounceMs = 250, maxWaitMs = 2_000 } = definition;
  const problems: Partial<Record<Name, SwitchboardError>> = {};
  const features = (Object.keys(definition.features) as Name[]).map((feature) => {
    const given = definition.features[feature] as Partial<RealtimeFeature<Parameter>> | undefined;
    if (typeof given?.table !== 'string' || given.table === '') problems[feature] = noTable(name, feature);
    return { ...given, table: given?.table ?? '', name: feature, option: optionOf(feature) };
  });
  const moreToast = definition.moreToast ?? ((count, feature) => ({ title: `${count} more in ${feature}` }));
  return { name, parameters, features, problems, debounceMs, maxWaitMs: Math.max(maxWaitMs, debounceMs), moreToast };
}

function noTable(hook: string, feature: string): SwitchboardError {
  return new SwitchboardError(
    'MISSING_OPTION',
    'table',
    `${hook}: the feature '${feature}' has no table. Name it in createRealtimeHook: { features: { ${feature}: { table: '…' } } }.`,
  );
}

function optionOf(feature: string): string {
  return `enable${feature.charAt(0).toUpperCase()}${feature.slice(1)}`;
}
