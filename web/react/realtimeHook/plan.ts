import { SwitchboardError } from '../../core/index.js';
import { optionalFlag, refuseUnknown } from '../../core/base/validate.js';
import { guarded, mistake } from '../provider/environment.js';
import { keyText } from '../base/keyText.js';
import type { WatchedRows } from '../invalidation/invalidations.js';
import type { QueryKey } from '../queryClient.js';
import type { RealtimeSetup } from '../provider/realtimeContext.js';
import type { CheckedDefinition, HookParameters, ParameterValue, RealtimeFeature } from './definition.js';

/** What one call of the hook asks for. */
export interface Plan {
  /** Enabled, in the order of the definition. */
  readonly features: readonly PlannedFeature[];
  /** Enabled, but impossible, with the reason. */
  readonly refused: Readonly<Record<string, string>>;
  /** The parameters; null while one is not known yet. */
  readonly parameters: Readonly<Record<string, ParameterValue>> | null;
}

export interface PlannedFeature {
  readonly name: string;
  readonly rows: WatchedRows;
  readonly queryKeys: readonly QueryKey[];
  readonly toasts: boolean;
}

type Given = Readonly<Record<string, unknown>>;

/** Equal for plans that say the same. */
export function planText({ features, ...rest }: Plan): string {
  return JSON.stringify([rest, features.map(({ queryKeys, ...feature }) => [feature, queryKeys.map(keyText)])]);
}

/**
 * Reads the options of a call.
 *
 * @throws SwitchboardError in development, when something is missing that the features need.
 */
export function makePlan<Parameter extends string, Name extends string>(
  definition: CheckedDefinition<Parameter, Name>,
  given: Given,
  setup: RealtimeSetup,
): Plan {
  guarded(definition.name, () => {
    checkOptions(definition, given);
  });
  const enabled = definition.features.filter(({ option }) => given[option] === true);
  const problem = problemOf(definition, given);
  if (problem !== null) {
    mistake(problem);
    return { features: [], parameters: null, refused: refuse(enabled, problem) };
  }
  const broken = enabled.filter(({ name }) => definition.problems[name] !== undefined);
  const refused: Record<string, string> = {};
  for (const { name } of broken) {
    const error = definition.problems[name] as SwitchboardError;
    mistake(error);
    refused[name] = error.message;
  }
  if (definition.parameters.some((parameter) => given[parameter] === null)) {
    return { features: [], parameters: null, refused };
  }
  const parameters = pick(definition.parameters, given) as HookParameters<Parameter>;
  const features = enabled
    .filter((feature) => !broken.includes(feature))
    .map((feature) => planFeature(definition, feature, parameters, given['showToasts'] === true));
  checkSetup(definition.name, features, setup);
  return { features, parameters, refused };
}

/** @throws SwitchboardError for an option that the hook does not know, and for a switch that is neither true nor false. */
function checkOptions<Parameter extends string, Name extends string>(
  { parameters, features }: CheckedDefinition<Parameter, Name>,
  given: Given,
): void {
  const flags = [...features.map(({ option }) => option), 'showToasts'];
  refuseUnknown(given, [...parameters, ...flags], 'the hook');
  for (const flag of flags) optionalFlag(given, flag);
}

function planFeature<Parameter extends string, Name extends string>(
  { debounceMs, maxWaitMs }: CheckedDefinition<Parameter, Name>,
  { name, table, schema, event, filter, via, queryKeys, toast }: RealtimeFeature<Parameter> & { name: Name },
  parameters: HookParameters<Parameter>,
  showToasts: boolean,
): PlannedFeature {
  const rows = {
    ...{ table, schema, event, via, debounceMs, maxWaitMs },
    filter: typeof filter === 'function' ? filter(parameters) : filter,
  };
  const keys = typeof queryKeys === 'function' ? queryKeys(parameters) : (queryKeys ?? []);
  return { name, rows, queryKeys: keys, toasts: showToasts && toast !== undefined };
}

function problemOf(
  { name, parameters }: { readonly name: string; readonly parameters: readonly string[] },
  given: Given,
): SwitchboardError | null {
  const missing = parameters.find((parameter) => given[parameter] === undefined || given[parameter] === '');
  if (missing === undefined) return null;
  return new SwitchboardError(
    'MISSING_OPTION',
    missing,
    `${name}: \`${missing}\` is missing. Pass it, ${name}({ ${missing}, … }), or null while it is not known yet.`,
  );
}

function checkSetup(hook: string, features: readonly PlannedFeature[], { queryClient, toaster }: RealtimeSetup): void {
  const needsClient = queryClient === null && features.find(({ queryKeys }) => queryKeys.length > 0);
  if (needsClient) {
    mistake(
      new SwitchboardError(
        'NOT_CONFIGURED',
        'queryClient',
        `${hook}: the feature '${needsClient.name}' has query keys, but there is no query client. ` +
          "Pass TanStack Query's: <RealtimeProvider queryClient={queryClient} …>.",
      ),
    );
  }
  if (toaster !== null || !features.some(({ toasts }) => toasts)) return;
  mistake(
    new SwitchboardError(
      'NOT_CONFIGURED',
      'toaster',
      `${hook}: \`showToasts\` is set, but there is nothing to show them. ` +
        "Pass a toaster: <RealtimeProvider toaster={sonnerToaster} …>, with sonnerToaster from 'switchboard-realtime/react/sonner'.",
    ),
  );
}

function refuse(features: readonly { readonly name: string }[], { message }: SwitchboardError): Record<string, string> {
  return Object.fromEntries(features.map(({ name }) => [name, message]));
}

function pick(names: readonly string[], from: Given): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, from[name]]));
}
